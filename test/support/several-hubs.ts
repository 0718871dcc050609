import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HubList } from "@hub/api";
import {
  closeAll,
  closeServers,
  HubProcess,
  holdResponse,
  ModernClient,
  Postgres,
  quick,
  serve,
  type TestServer,
  until,
} from "@hub/testing";
import { afterAll, afterEach, beforeAll } from "vitest";

/** A busy machine is no failing server. */
const unhurried = { ...quick, MCP_HUB_PROBE_TIMEOUT_MS: "20000" };

/** Hubs that listen for each other, on a port of loopback that the system chooses. */
export const withPeers = { MCP_HUB_PEER_URL: "http://127.0.0.1:0" } as const;

/** The header of whoever has a token. */
export const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/** What one hub says of all of them. */
export async function hubsAt(hub: HubProcess, token?: string): Promise<HubList["hubs"]> {
  const response = await fetch(`${hub.url}/hubs`, { headers: bearer(token) });
  await holdResponse("GET", "/hubs", response);
  return ((await response.json()) as HubList).hubs;
}

/** Resolves when a hub shows a tool. That its server is up may be known there before what it offers. */
export async function lists(hub: HubProcess, tool: string, token?: string): Promise<void> {
  const client = new ModernClient(hub.url, { path: "/mcp?revision=2026-07-28", token });
  let shown: string | undefined;
  await until(
    () => `${tool} in the list, which has ${shown}; the hub said:\n${hub.program.output}`,
    async () => {
      const { result, error } = await client.ask("tools/list");
      shown = JSON.stringify(result?.tools ?? error);
      return shown.includes(`"${tool}"`);
    },
  );
}

/** Real hubs on one database, with one key. */
export class SeveralHubs {
  readonly all: HubProcess[] = [];
  /** Of an admin, where hubs ask for one. */
  token: string | undefined;
  #postgres: Postgres | undefined;
  #folder: string | undefined;

  /** For the tests of a file: begins Postgres before them, and ends what each started after it. Call once. */
  static forTests(): SeveralHubs {
    const hubs = new SeveralHubs();
    beforeAll(async () => {
      hubs.#postgres = await Postgres.start();
    });
    afterEach(async () => {
      await closeAll();
      await hubs.stop();
      await closeServers();
    });
    afterAll(() => hubs.#postgres?.close());
    return hubs;
  }

  /** `env`: what each of them is told beside; one for all, or one for each. */
  async start(
    count: number,
    env: Readonly<Record<string, string>> | readonly Readonly<Record<string, string>>[] = {},
  ): Promise<readonly HubProcess[]> {
    if (this.#postgres === undefined) throw new Error("Make it with SeveralHubs.forTests().");
    const DATABASE_URL = await this.#postgres.newDatabase();
    this.#folder ??= mkdtempSync(join(tmpdir(), "mcp-hub-key-"));
    const MCP_HUB_SECRET_KEY_FILE = join(this.#folder, "secret.key");
    writeFileSync(MCP_HUB_SECRET_KEY_FILE, randomBytes(32), { mode: 0o600 });
    for (let index = 0; index < count; index += 1) {
      const own = Array.isArray(env) ? env[index] : env;
      const shared = { DATABASE_URL, MCP_HUB_SECRET_KEY_FILE };
      this.all.push(await HubProcess.start({ ...unhurried, ...shared, ...own }));
    }
    await this.working(count);
    return this.all;
  }

  /** Resolves when so many take their part, as each of them sees it. */
  async working(count: number): Promise<void> {
    for (const hub of this.all)
      await until("all hubs to work", async () => {
        const seen = await hubsAt(hub, this.token);
        return seen.filter(({ state }) => state === "working").length === count;
      });
  }

  async stop(): Promise<void> {
    for (const hub of this.all.splice(0)) await hub.stop();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
    this.token = undefined;
  }
}

/** In front of hubs as a plain proxy is: each request goes to the next of them that is there. */
export function inTurns(all: readonly HubProcess[]): Promise<TestServer> {
  let turn = 0;
  return serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const pass = (left: number): void => {
        turn += 1;
        const { port } = all[turn % all.length] as HubProcess;
        const { method, headers, url: path } = request;
        const passed = httpRequest({ port, method, path, headers, host: "127.0.0.1" }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        });
        passed.on("error", () => (left > 0 ? pass(left - 1) : response.destroy()));
        response.on("close", () => passed.destroy());
        passed.end(Buffer.concat(chunks));
      };
      pass(all.length);
    });
  });
}
