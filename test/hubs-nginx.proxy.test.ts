import {
  freePort,
  LegacyUpstream,
  ModernUpstream,
  metaKey,
  modernVersion,
  textResult,
  until,
} from "@hub/testing";
import { expect, test } from "vitest";
import type { Driver } from "./cells/clients/driver.js";
import { connectV1 } from "./cells/clients/v1-client.js";
import { connectV2 } from "./cells/clients/v2-client.js";
import { answers, formQuestion } from "./cells/questions.js";
import { startNginx } from "./support/nginx.js";
import { lists, SeveralHubs, withPeers } from "./support/several-hubs.js";

const folder = process.env.HUB_PROXY_FOLDER ?? "";
const hubs = SeveralHubs.forTests();

const path = "/mcp?revision=2026-07-28";
const tools = ["echo", "asks", "slow"];
const question = { mode: "form", ...formQuestion };

/** Servers of both revisions. Each echoes, asks its client for a word, and tells of its progress. */
async function startServers() {
  const modern = await ModernUpstream.start({ tools });
  const legacy = await LegacyUpstream.start({ tools });
  const complete = (text: string) => ({ ...textResult(text), resultType: "complete" });
  const wordIn = (answer: unknown) => (answer as { content: { word: string } }).content.word; // what clients send
  for (const upstream of [modern, legacy]) {
    upstream.on("echo", ({ given }) => complete(String(given.text)));
    upstream.on("slow", (call) => {
      call.progress(1, "half");
      return complete(String(call.given.text));
    });
  }
  modern.on("asks", ({ params }) => {
    const { inputResponses } = params;
    if (inputResponses !== undefined)
      return complete(wordIn((inputResponses as { word: object }).word)); // as it was asked
    const inputRequests = { word: { method: "elicitation/create", params: question } };
    return { resultType: "input_required", inputRequests, requestState: "s" };
  });
  legacy.on("asks", async (call) =>
    complete(wordIn(await call.ask("elicitation/create", question))),
  );
  return { modern, legacy };
}

async function start(count: 2 | 3) {
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const env = { MCP_HUB_PUBLIC_URL: url, MCP_HUB_TRUSTED_PROXIES: "127.0.0.1" };
  const all = await hubs.start(count, { ...withPeers, ...env });
  const servers = await startServers();
  for (const [name, { endpoint }] of [
    ["New", servers.modern],
    ["Old", servers.legacy],
  ] as const)
    expect((await all[0]?.register({ name, transport: "http", endpoint }))?.status).toBe(201);
  for (const hub of all) for (const id of ["new", "old"]) await lists(hub, `${id}__asks`);
  const nginx = await startNginx({ port, hubPorts: all.map((hub) => hub.port), folder });
  return { all, url, nginx, ...servers };
}

/** Of no SDK, which would ask less often for a list that it knows. */
const listRequest = {
  method: "POST",
  headers: {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": modernVersion,
    "mcp-method": "tools/list",
  },
  body: JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/list",
    params: {
      _meta: {
        [metaKey("protocolVersion")]: modernVersion,
        [metaKey("clientCapabilities")]: {},
        [metaKey("clientInfo")]: { name: "lists", version: "1" },
      },
    },
  }),
};

type Failed = {
  readonly who: string;
  readonly what: string;
  readonly at: number;
  readonly why: string;
};

/** Clients that call without a pause until they are told to stop. */
class Load {
  readonly failed: Failed[] = [];
  /** What `tools/list` showed, in every answer. */
  readonly shown = new Set<string>();
  calls = 0;
  readonly #running: Promise<void>[] = [];
  #isOver = false;

  constructor(drivers: readonly Driver[], url: string) {
    for (const driver of drivers) this.#running.push(this.#call(driver));
    this.#running.push(this.#list(url));
  }

  /** Resolves when every client has called so often from now on. */
  async more(times: number): Promise<void> {
    const from = this.calls;
    await until("more calls", () => this.calls - from >= times);
  }

  /** Begins no further call. */
  end(): void {
    this.#isOver = true;
  }

  /** Resolves when every call has its answer. */
  async stop(): Promise<void> {
    this.end();
    await Promise.all(this.#running);
  }

  async #call(driver: Driver): Promise<void> {
    for (let turn = 0; !this.#isOver; turn += 1) {
      const tool = tools[turn % tools.length] ?? "";
      const server = turn % 2 === 0 ? "old" : "new";
      await this.#try(driver.name, `${server} ${tool}`, async () => {
        let progress = 0;
        const onProgress = () => {
          progress += 1;
        };
        const text = await driver.call(`${server}__${tool}`, `turn ${turn}`, { onProgress });
        expect(text).toBe(tool === "asks" ? answers.word(driver.name) : `turn ${turn}`);
        if (tool === "slow") expect(progress).toBe(1);
      });
    }
  }

  async #list(url: string): Promise<void> {
    while (!this.#isOver)
      await this.#try("lists", "tools/list", async () => {
        const answer = await fetch(`${url}${path}`, listRequest);
        const { result } = (await answer.json()) as { result: { tools: { name: string }[] } }; // what the revision has
        this.shown.add(result.tools.map(({ name }) => name).join(" "));
      });
  }

  async #try(who: string, what: string, run: () => Promise<void>): Promise<void> {
    const at = performance.now();
    try {
      await run();
      this.calls += 1;
    } catch (error) {
      this.failed.push({ who, what, at, why: String(error).slice(0, 300) });
      // A client that is refused does not try again without a breath.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const connectAll = (url: string, name: string) =>
  Promise.all([
    connectV1(`${name} v1`, `${url}/mcp`),
    connectV2(`${name} v2`, `${url}/mcp`, "legacy"),
    connectV2(`${name} modern`, `${url}${path}`, "modern"),
  ]);

/** Clients of 2025 that do nothing for a while, and the sessions that they have with the server. */
async function connectIdle(url: string, legacy: LegacyUpstream) {
  const before = new Set(legacy.clientSessions.map(({ id }) => id));
  const idle = [
    await connectV1("idle v1", `${url}/mcp`),
    await connectV2("idle v2", `${url}/mcp`, "legacy"),
  ];
  for (const client of idle) expect(await client.call("old__echo", "before")).toBe("before");
  const own = legacy.clientSessions.map(({ id }) => id).filter((id) => !before.has(id));
  expect(own).toHaveLength(idle.length);
  return {
    goOn: async () => {
      for (const client of idle) {
        expect(await client.call("old__echo", "after")).toBe("after");
        expect(await client.call("old__asks", "after")).toBe(answers.word(client.name));
      }
      // In the same sessions with the server, of which none was opened anew.
      const now = new Set(legacy.clientSessions.map(({ id }) => id));
      expect(own.filter((id) => !now.has(id))).toEqual([]);
    },
  };
}

test.each([2, 3] as const)(
  "%i hubs are rolled under calls of both eras: no call fails, idle sessions go on, no list flickers",
  async (count) => {
    const { all, url, nginx, legacy } = await start(count);
    const idle = await connectIdle(url, legacy);
    const load = new Load(await connectAll(url, "busy"), url);
    await load.more(100);
    for (const hub of all) {
      await hub.program.kill("SIGTERM");
      await load.more(20);
      await hub.restart();
      await hubs.working(count);
      await load.more(20);
    }
    await idle.goOn();
    await load.stop();
    expect(load.failed, nginx.output).toEqual([]);
    expect(load.shown.size).toBe(1);
  },
);

test("hubs are killed one after the other: only what was under way there fails, and sessions go on", async () => {
  const { all, url, nginx, legacy } = await start(3);
  const idle = await connectIdle(url, legacy);
  const load = new Load(await connectAll(url, "busy"), url);
  await load.more(100);
  for (const hub of all) {
    await hub.program.kill("SIGKILL");
    const killed = performance.now();
    // Of each client at most the call that it had begun. It may hear of that later.
    const failed = () => load.failed.filter(({ at }) => at > killed);
    await load.more(60);
    expect(failed(), nginx.output).toEqual([]);
    await hub.restart();
    await hubs.working(3);
    await load.more(60);
    expect(failed(), nginx.output).toEqual([]);
  }
  await idle.goOn();
  // Not waited for: a client whose answer to a question was on its way there notices it when the time of its call is up.
  load.end();
  expect(load.shown.size).toBe(1);
});
