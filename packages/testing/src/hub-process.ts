import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerDetail, ServerList, ServerSummary } from "@hub/api";
import { holdResponse } from "./contract.js";
import { freePort } from "./free-port.js";
import { until } from "./until.js";

const root = join(import.meta.dirname, "../../..");
const hubProgram = join(root, "apps/hub/dist/main.js");

export type JournalEntry = {
  readonly seq: number;
  readonly at: string;
  readonly kind: string;
  readonly serverId: string;
  readonly from?: string;
  readonly to?: string;
};

export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** Where and as whom a process runs. Default: as the test does. */
export type Place = { readonly cwd?: string; readonly uid?: number; readonly gid?: number };

/** A real process whose output is kept. */
export class Program {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  output = "";

  constructor(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    place: string | Place = {},
  ) {
    this.child = spawn(command, args, {
      ...(typeof place === "string" ? { cwd: place } : place),
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const keep = (chunk: Buffer) => {
      this.output += chunk.toString("utf8");
    };
    this.child.stdout?.on("data", keep);
    this.child.stderr?.on("data", keep);
    this.ended = new Promise((resolve) => {
      this.child.once("exit", (code, signal) => resolve({ code, signal }));
    });
  }

  /** Sends a signal and waits for the end where the signal is one that ends. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    this.child.kill(signal);
    if (signal !== "SIGSTOP" && signal !== "SIGCONT") await this.ended;
  }

  saw(text: string, withinMs?: number): Promise<true> {
    return until(
      () => `${JSON.stringify(text)} in the output:\n${this.output}`,
      () => this.output.includes(text),
      withinMs,
    );
  }
}

/** Numbers that make a lease machine quick enough to watch. */
export const quick = {
  MCP_HUB_HEARTBEAT_MS: "300",
  MCP_HUB_LEASE_MIN_MS: "500",
  MCP_HUB_LEASE_TTL_MS: "1000",
  MCP_HUB_DOWN_AFTER_MS: "3000",
  MCP_HUB_SWEEP_MS: "200",
  MCP_HUB_PROBE_UP_MS: "1000",
  MCP_HUB_PROBE_FAILING_MS: "300",
  MCP_HUB_PROBE_TIMEOUT_MS: "1500",
} as const;

/** A hub, or several as one, at an address: what its REST API answers is held to the contract. */
export class HubAt {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** Asks the REST API, and holds its answer to the contract. */
  async #ask(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(`${this.url}${path}`, init);
    await holdResponse(init.method ?? "GET", path, response);
    return response;
  }

  async servers(query = ""): Promise<readonly ServerSummary[]> {
    const response = await this.#ask(`/servers${query}`);
    // Its form was just seen.
    return ((await response.json()) as ServerList).servers;
  }

  async server(id: string): Promise<ServerDetail | undefined> {
    const response = await this.#ask(`/servers/${id}`);
    return response.ok ? ((await response.json()) as ServerDetail) : undefined;
  }

  async events(query = "?limit=1000"): Promise<JournalEntry[]> {
    const response = await this.#ask(`/events${query}`, {
      headers: { accept: "application/json" },
    });
    return ((await response.json()) as { events: JournalEntry[] }).events;
  }

  status(id: string, status: string, withinMs?: number): Promise<ServerDetail> {
    return until(
      `${id} to be ${status}`,
      async () => {
        const server = await this.server(id);
        return server?.status === status && server;
      },
      withinMs,
    );
  }

  register(body: Readonly<Record<string, unknown>>): Promise<Response> {
    return this.#ask("/register", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }
}

/** The real hub on a real file, in a process of its own. */
export class HubProcess extends HubAt {
  readonly port: number;
  readonly dataDir: string;
  readonly #env: Readonly<Record<string, string>>;
  program: Program;

  private constructor(port: number, dataDir: string, env: Readonly<Record<string, string>>) {
    super(`http://127.0.0.1:${port}`);
    this.port = port;
    this.dataDir = dataDir;
    this.#env = env;
    this.program = this.#launch();
  }

  /** `dataDir`: where it keeps its data, which goes when it stops. Default: a new folder. */
  static async start(
    env: Readonly<Record<string, string>> = {},
    dataDir = mkdtempSync(join(tmpdir(), "mcp-hub-test-")),
  ): Promise<HubProcess> {
    const hub = new HubProcess(await freePort(), dataDir, env);
    try {
      await hub.ready();
    } catch (error) {
      await hub.stop();
      throw error;
    }
    return hub;
  }

  #launch(): Program {
    return new Program(process.execPath, [hubProgram], {
      LOG_FORMAT: "json",
      ...this.#env,
      MCP_HUB_PORT: String(this.port),
      MCP_HUB_DATA_DIR: this.dataDir,
    });
  }

  async ready(): Promise<void> {
    const { program } = this;
    const said = () => `the hub to be ready; it said:\n${program.output}`;
    await until(said, () => {
      const { exitCode, signalCode } = program.child;
      if (exitCode !== null || signalCode !== null) throw new Error(`in vain for ${said()}`);
      return fetch(`${this.url}/readyz`).then(
        (response) => response.ok,
        () => false,
      );
    });
  }

  /** Starts it again on the same port and file. */
  async restart(): Promise<void> {
    this.program = this.#launch();
    await this.ready();
  }

  async stop(): Promise<void> {
    if (this.program.child.exitCode === null && this.program.child.signalCode === null) {
      this.program.child.kill("SIGCONT");
      await this.program.kill("SIGKILL");
    }
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
