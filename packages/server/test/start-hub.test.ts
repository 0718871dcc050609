import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getHealth } from "@hub/api";
import { MemoryStore } from "@hub/core";
import { capabilitiesChanged, sampleSnapshot, sampleToken } from "@hub/core/testing";
import { closeAll, closeLater, until } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { embedHub, type HubOptions, StartError, startHub } from "../src/index.js";

afterEach(closeAll);

/** A store that says what became of it. */
class WatchedStore extends MemoryStore {
  isClosed = false;

  override async close(): Promise<void> {
    this.isClosed = true;
  }
}

const inMemory = (store = new WatchedStore()): HubOptions => ({
  config: { port: 0 },
  store: () => store,
});

async function register(answer: (request: Request) => Response | Promise<Response>, url: string) {
  const body = { name: "Tides", transport: "http", endpoint: "http://localhost:9/mcp" };
  const request = new Request(`${url}/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return (await answer(request)).status;
}

describe("a hub that a program starts", () => {
  test("has a default for what it is not told, and keeps all in the store it is given, which it closes", async () => {
    const store = new WatchedStore();
    const events: string[] = [];
    const hub = await startHub({
      ...inMemory(store),
      onEvent: ({ kind, name }) => events.push(`${kind} ${name}`),
    });
    closeLater(() => hub.stop());
    expect(hub.url).toBe(`http://127.0.0.1:${hub.port}`);
    expect(await register(fetch, hub.url)).toBe(201);
    expect(events).toContain("registered Tides");
    expect((await store.load()).entries.map(({ name }) => name)).toEqual(["Tides"]);
    expect(store.isClosed).toBe(false);
    await hub.stop();
    expect(store.isClosed).toBe(true);
  });

  test("takes any part of the configuration, and what its store uses counts in its budgets", async () => {
    const hub = await startHub({
      config: { port: 0, budgets: { journalBytes: 123_456 } },
      store: ({ budgets }) => new MemoryStore(budgets),
    });
    closeLater(() => hub.stop());
    const answer = await fetch(`${hub.url}/register`, {
      method: "POST",
      body: new URLSearchParams({
        name: "Tides",
        transport: "http",
        endpoint: "http://localhost:9/mcp",
      }),
    });
    expect(answer.ok).toBe(true);
    const health = await fetch(`${hub.url}/healthz?verbose`);
    const { budgets } = JSON.parse(await health.text());
    expect(budgets.find((one: { name: string }) => one.name === "journalBytes")).toMatchObject({
      limit: 123_456,
      used: expect.toSatisfy((used: number) => used > 0),
    });
  });

  test("deletes at its start what is older than it is to be kept, and says for how long that is", async () => {
    const store = new MemoryStore();
    const old = Date.now() - 3_600_000;
    const { event } = capabilitiesChanged("a", undefined, sampleSnapshot("one"));
    const events = [old - 60_000, old + 600_000].map((at) => ({ ...event, at }));
    await store.commit({
      entries: [],
      removed: [],
      snapshots: [],
      events: events.map((event) => ({ event })),
    });
    const hub = await startHub({
      config: { port: 0, retention: { journalMs: 3_600_000 } },
      store: () => store,
    });
    closeLater(() => hub.stop());
    await until("the journal without its oldest", async () => (await store.oldestSeq()) === 2);
    const { retention } = getHealth.answers[200].content["application/json"].parse(
      await (await fetch(`${hub.url}/healthz?verbose`)).json(),
    );
    expect(retention).toHaveLength(8);
    expect(retention?.[0]).toEqual({
      name: "journal",
      meaning: "events of the journal",
      keptMs: 3_600_000,
      setting: "MCP_HUB_JOURNAL_KEEP_MS",
      budgets: ["MCP_HUB_MAX_JOURNAL_ITEMS", "MCP_HUB_MAX_JOURNAL_BYTES"],
    });
    expect(retention?.find(({ name }) => name === "history")?.keptMs).toBe(365 * 86_400_000);
  });

  test.each([
    { host: "0.0.0.0" },
    { host: "::" },
    { host: "192.168.1.5" },
    { host: "example.org" },
    { allowedHosts: ["hub.example"] },
  ])("lets no other machine in with %j, unless it can ask who it is", async (config) => {
    const store = new WatchedStore();
    const starting = startHub({ config: { ...config, port: 0 }, store: () => store });
    await expect(starting).rejects.toThrow(StartError);
    await expect(starting).rejects.toThrow("mcp-hub token create operator --may admin");
    await expect(starting).rejects.toThrow("mcp-hub start");
    expect(store.isClosed).toBe(true);
  });

  test("listens on a network with tokens, and is closed to whoever has none", async () => {
    const store = new MemoryStore();
    await store.tokens.add(sampleToken("operator"));
    const hub = await startHub({ config: { host: "0.0.0.0", port: 0 }, store: () => store });
    closeLater(() => hub.stop());
    const at = (path: string) => fetch(`http://127.0.0.1:${hub.port}${path}`);
    expect((await at("/servers")).status).toBe(401);
    expect((await at("/healthz")).status).toBe(200);
  });

  test("stops although its event loop is never at rest", async () => {
    const hub = await startHub(inMemory());
    let turns = 0;
    let isOver = false;
    const work = () => {
      turns += 1;
      const end = performance.now() + 10;
      while (performance.now() < end);
      if (!isOver) setImmediate(work);
    };
    work();
    await hub.stop();
    isOver = true;
    // It waits for a turn at rest for two seconds, of which each of these takes 10 ms, and not for a thousand turns.
    expect(turns).toBeLessThan(500);
  });

  test("says when its port is taken, and closes its store", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    closeLater(() => void other.close());
    const { port } = other.address() as AddressInfo; // it listens on TCP
    const store = new WatchedStore();
    const starting = startHub({ config: { port }, store: () => store });
    await expect(starting).rejects.toThrow(StartError);
    await expect(starting).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken`);
    expect(store.isClosed).toBe(true);
  });
});

describe("a hub in an app of somebody's own", () => {
  test("answers requests without a socket, guards them as always, and closes its store", async () => {
    const store = new WatchedStore();
    const hub = await embedHub(inMemory(store));
    const ask = async (request: Request) => hub.fetch(request, {});
    expect(await register(ask, "http://localhost:8001")).toBe(201);
    expect(hub.registry.list().map(({ record }) => record.name)).toEqual(["Tides"]);
    expect((await ask(new Request("http://evil.example/servers"))).status).toBe(403);
    expect((await ask(new Request("http://localhost/readyz"))).status).toBe(200);
    hub.drain();
    expect((await ask(new Request("http://localhost/readyz"))).status).toBe(503);
    await hub.close();
    expect(store.isClosed).toBe(true);
  });
});
