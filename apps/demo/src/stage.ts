import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanEnvironment, clientProgram, hubProgram, serverPrograms } from "./cast.js";
import { Program } from "./program.js";
import { quoteHub, say } from "./terminal.js";
import type { Timings } from "./timings.js";
import { Watch } from "./watch.js";

export interface ClientRun {
  readonly exitCode: number | null;
  readonly lines: readonly string[];
}

/** All that runs in the demo: a hub with a folder of its own, its servers, and clients. */
export class Stage {
  readonly url: string;
  readonly watch: Watch;
  readonly #folder = mkdtempSync(join(tmpdir(), "mcp-hub-demo-"));
  readonly #hub: Program;
  readonly #servers: ReadonlyMap<string, Program>;
  readonly #clients = new Set<Program>();
  #isStoryOver = false;

  constructor(port: number, timings: Timings, stop: AbortController) {
    this.url = `http://127.0.0.1:${port}`;
    this.watch = new Watch(this.url, stop.signal);
    // A client may wait long for its answer; whoever ends the demo does not.
    stop.signal.addEventListener("abort", () => {
      for (const client of this.#clients) client.killAtOnce();
    });
    this.#hub = new Program({
      name: "The hub",
      args: hubProgram,
      env: cleanEnvironment({
        ...timings.hub,
        MCP_HUB_PORT: String(port),
        MCP_HUB_DATA_DIR: this.#folder,
        LOG_FORMAT: "pretty",
      }),
      onLine: quoteHub,
      onAccident: (error) => stop.abort(error),
    });
    const onServerAccident = (error: Error) => {
      if (this.#isStoryOver) say(`  ${error.message.split("\n")[0]}`);
      else stop.abort(error);
    };
    const env = cleanEnvironment({
      MCP_HUB_URL: this.url,
      FLAKY_SECONDS: String(timings.flakySeconds),
    });
    this.#servers = new Map(
      Object.entries(serverPrograms).map(([name, args]) => [
        name,
        new Program({ name, args, env, onAccident: onServerAccident }),
      ]),
    );
  }

  async startHub(): Promise<void> {
    this.#hub.start();
    await this.watch.until("the hub to answer", () => this.watch.hub.servers());
  }

  killHub(): Promise<void> {
    return this.#hub.kill();
  }

  server(name: string): Program {
    const program = this.#servers.get(name);
    if (program === undefined) throw new Error(`There is no "${name}" in the demo`);
    return program;
  }

  startAllServers(): void {
    for (const program of this.#servers.values()) program.start();
  }

  /** From now on people may try what happens when they kill a server. */
  endStory(): void {
    this.#isStoryOver = true;
  }

  /** Runs the demo client to its end. */
  async runClient(...args: readonly string[]): Promise<ClientRun> {
    const lines: string[] = [];
    const client = new Program({
      name: "The client",
      args: [...clientProgram, ...args],
      env: cleanEnvironment({ MCP_HUB_URL: this.url }),
      onLine: (line) => lines.push(line),
    });
    this.#clients.add(client.start());
    const exitCode = await client.finished();
    this.#clients.delete(client);
    return { exitCode, lines: exitCode === 0 ? lines : client.lastLines };
  }

  /** Servers first, so that each can say goodbye to the hub. */
  async clear(): Promise<void> {
    await Promise.all([...this.#clients, ...this.#servers.values()].map((one) => one.stop()));
    await this.#hub.stop();
    this.clearAtOnce();
  }

  clearAtOnce(): void {
    for (const one of [...this.#clients, ...this.#servers.values(), this.#hub]) one.killAtOnce();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A port of 127.0.0.1 that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("Found no free port");
  return address.port;
}
