import { readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  ModernUpstream,
  TestHub,
  type TestHubOptions,
  textOf,
  textResult,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const updated = "notifications/resources/updated";
const uri = "file:///log.txt";

async function withServer(options: TestHubOptions = {}) {
  const hub = await TestHub.start(options);
  const upstream = await LegacyUpstream.start({
    tools: ["count", "where"],
    resources: [{ uri, name: "log" }],
  });
  upstream.on("count", ({ sessionId }) => {
    const memory = upstream.sessions.get(sessionId ?? "")?.memory;
    const count = Number(memory?.get("count") ?? 0) + 1;
    memory?.set("count", count);
    return textResult(String(count));
  });
  await hub.register("old", upstream);
  return { hub, upstream };
}

async function restart(hub: TestHub, options: TestHubOptions = {}): Promise<TestHub> {
  await hub.stop();
  const next = await TestHub.start({ ...options, port: hub.port, dataDir: hub.dataDir });
  await next.whenUp("old");
  return next;
}

const count = async (client: LegacyClient, name = "old__count") =>
  textOf((await client.call(name).done).response);
const statusOf = async (client: LegacyClient) => (await client.send("ping").done).status;

describe("a restart of the hub", () => {
  test("costs a client nothing: its session goes on, and so do its sessions with servers", async () => {
    const { hub, upstream } = await withServer();
    const client = await LegacyClient.open(hub.url, { capabilities: { roots: {} } });
    const another = await LegacyClient.open(hub.url);
    expect([await count(client), await count(client), await count(another)]).toEqual([
      "1",
      "2",
      "1",
    ]);
    const sessions = upstream.clientSessions.map(({ id }) => id);
    await restart(hub);
    expect((await client.ask("tools/list")).result?.tools).not.toHaveLength(0);
    expect([await count(client), await count(another), await count(client)]).toEqual([
      "3",
      "2",
      "4",
    ]);
    expect(upstream.clientSessions.map(({ id }) => id)).toEqual(sessions);
    expect(await client.end()).toBe(200);
    await until("the server's session to end", () => upstream.clientSessions.length === 1);
  });

  test("and of a server opens the session with that server anew, and makes the call once", async () => {
    const { hub, upstream } = await withServer();
    const client = await LegacyClient.open(hub.url, { capabilities: { roots: {} } });
    await count(client);
    await count(client);
    upstream.forget();
    await restart(hub);
    expect(await count(client)).toBe("1");
    expect(upstream.callsOf("count")).toHaveLength(3);
    expect(upstream.clientSessions).toHaveLength(1);
    expect(upstream.clientSessions[0]?.capabilities).toEqual({ roots: {} });
  });

  test("keeps the log level and the resources that a client follows, and tells it of what may have changed", async () => {
    const { hub, upstream } = await withServer();
    const client = await LegacyClient.open(hub.url);
    await client.ask("logging/setLevel", { level: "error" });
    await client.ask("resources/subscribe", { uri });
    await client.ask("resources/subscribe", { uri: "file:///dropped.txt" });
    await client.ask("resources/unsubscribe", { uri: "file:///dropped.txt" });
    const subscribed = () => upstream.subscriptions.filter((one) => one === `subscribe ${uri}`);
    const before = subscribed().length;
    await restart(hub);
    const stream = await client.listen();
    await until("the server to be asked again", () => subscribed().length > before);
    await until("the lists to be told of", () =>
      ["tools", "prompts", "resources"].every(
        (kind) => stream.named(`notifications/${kind}/list_changed`).length === 1,
      ),
    );
    upstream.announce(updated, { uri });
    await until("the update", () => stream.named(updated).length === 1);
    const levels = upstream.count("POST logging/setLevel");
    await count(client);
    expect(upstream.count("POST logging/setLevel")).toBe(levels + 1);
    expect(upstream.bodies.some((body) => body.includes('"level":"error"'))).toBe(true);
  });

  test("keeps sessions at every endpoint where they are the hub's, each at its own", async () => {
    const { hub } = await withServer();
    const modern = await ModernUpstream.start({ tools: ["echo"] });
    await hub.register("new", modern);
    await hub.rest("POST", "/toolsets", { name: "Mine", servers: ["old"] });
    const paths = [
      "/mcp",
      "/mcp?servers=old&prefix=never",
      "/servers/new/mcp",
      "/toolsets/mine/mcp",
    ];
    const clients = await Promise.all(paths.map((path) => LegacyClient.open(hub.url, { path })));
    const ids = clients.map(({ sessionId }) => sessionId);
    await restart(hub);
    const ping = (path: string, id: string) =>
      fetch(`${hub.url}${path}`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          "mcp-session-id": id,
        },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
      }).then(({ status }) => status);
    for (const [at, id] of ids.entries())
      for (const path of paths) expect(await ping(path, id)).toBe(path === paths[at] ? 200 : 404);
  });

  test("comes twice, and the session still goes on", async () => {
    const { hub } = await withServer();
    const client = await LegacyClient.open(hub.url);
    expect(await count(client)).toBe("1");
    const second = await restart(await restart(hub));
    expect(await count(client)).toBe("2");
    expect(await count(await LegacyClient.open(second.url))).toBe("1");
  });
});

describe("a session that ended", () => {
  test("by DELETE, or for a newcomer, stays ended after a restart", async () => {
    const { hub } = await withServer({ budgets: { sessions: 6 } });
    const open = () => LegacyClient.open(hub.url);
    const [used, ended, evicted] = [await open(), await open(), await open()];
    await count(used);
    await ended.end();
    const newcomers = [await open(), await open()];
    expect(await statusOf(evicted)).toBe(404);
    await restart(hub, { budgets: { sessions: 6 } });
    expect(await statusOf(ended)).toBe(404);
    expect(await statusOf(evicted)).toBe(404);
    expect(await statusOf(used)).toBe(200);
    expect(await statusOf(newcomers[1] as LegacyClient)).toBe(200); // the second of two
  });

  test("while the store cannot write is told so, and stays ended once DELETE was answered with 200", async () => {
    const { hub } = await withServer();
    const client = await LegacyClient.open(hub.url);
    await count(client);
    const unsaved = join(hub.dataDir, "hub.db");
    renameSync(unsaved, `${unsaved}.away`);
    expect(await client.end()).toBe(503);
    expect(await statusOf(client)).toBe(404);
    expect(await client.end()).toBe(503);
    // One that the store never had needs nothing of it.
    expect(await (await LegacyClient.open(hub.url)).end()).toBe(200);
    renameSync(`${unsaved}.away`, unsaved);
    await until("the end to be stored", async () => (await client.end()) === 200);
    await restart(hub);
    expect(await statusOf(client)).toBe(404);
  });

  test("is answered what holds, and that it is not kept while the store cannot write", async () => {
    const { hub, upstream } = await withServer();
    const client = await LegacyClient.open(hub.url);
    await count(client);
    const notKept = async ([method, params]: readonly [string, Record<string, unknown>]) => {
      const { result } = await client.ask(method, params);
      return (result as { readonly _meta?: Record<string, unknown> })._meta?.["mcp-hub/not-kept"];
    };
    const changes = [
      ["resources/subscribe", { uri }],
      ["logging/setLevel", { level: "debug" }],
      ["resources/unsubscribe", { uri }],
      ["resources/subscribe", { uri }],
    ] as const;
    for (const change of changes) expect(await notKept(change)).toBeUndefined();
    const unsaved = join(hub.dataDir, "hub.db");
    renameSync(unsaved, `${unsaved}.away`);
    for (const change of changes) expect(await notKept(change)).toContain("did not take it");
    const stream = await client.listen();
    upstream.announce(updated, { uri });
    await until("the update", () => stream.messages.some(({ method }) => method === updated));
    renameSync(`${unsaved}.away`, unsaved);
    await until("it to be kept", async () => {
      return (await notKept(["resources/subscribe", { uri }])) === undefined;
    });
  });

  test("for want of room after a restart stays ended, and its row is removed", async () => {
    const { hub } = await withServer();
    const clients = [];
    const identity = { experimental: { large: { text: "x".repeat(15_000) } } };
    for (let at = 0; at < 6; at += 1)
      clients.push(await LegacyClient.open(hub.url, { capabilities: identity }));
    for (const client of clients) await count(client);
    const small = await restart(hub, { budgets: { allSessionRowBytes: 65_536 } });
    const statuses = await Promise.all(clients.map(statusOf));
    expect(statuses).toContain(200);
    expect(statuses).toContain(404);
    await restart(small);
    for (const [at, client] of clients.entries()) expect(await statusOf(client)).toBe(statuses[at]);
  });

  test("is gone when nobody asked for it for as long after a restart", async () => {
    const { hub } = await withServer();
    const client = await LegacyClient.open(hub.url);
    await count(client);
    const next = await restart(hub, { limits: { sessionIdleMs: 3_000 } });
    expect((await next.budget("sessions")).used).toBe(1);
    await until("the kept session to end", async () => (await next.budget("sessions")).used === 0);
    expect(await statusOf(client)).toBe(404);
    expect((await next.budget("allSessionRowBytes")).used).toBe(0);
  });
});

describe("what is kept of sessions", () => {
  test("counts within the same shares as before: what was used is not ended for a newcomer", async () => {
    const { hub } = await withServer({ budgets: { sessions: 4 } });
    const [one, two] = [await LegacyClient.open(hub.url), await LegacyClient.open(hub.url)];
    await count(one);
    await count(two);
    await restart(hub, { budgets: { sessions: 4 } });
    expect((await LegacyClient.tryOpen(hub.url).done).status).toBe(429);
    await one.end();
    expect((await LegacyClient.tryOpen(hub.url).done).status).toBe(200);
    expect(await count(two)).toBe("2");
  });

  test("gives nobody who reads the files a session, or what clients say of themselves", async () => {
    const { hub } = await withServer();
    const client = await LegacyClient.open(hub.url, { name: "quite-a-secret" });
    await count(client);
    const filesOf = () =>
      readdirSync(hub.dataDir).map((name) => readFileSync(join(hub.dataDir, name), "latin1"));
    await hub.stop();
    for (const text of filesOf()) {
      expect(text).not.toContain(client.sessionId);
      expect(text).not.toContain(client.sessionId.slice("hub-".length));
      expect(text).not.toContain("quite-a-secret");
    }
  });

  test("is bounded for each session and for all: what finds no room ends with the process", async () => {
    const budgets = { allSessionRowBytes: 6_000, sessionRowBytes: 2_000 };
    const { hub } = await withServer({ budgets });
    const large = await LegacyClient.open(hub.url, {
      capabilities: { experimental: { large: { text: "x".repeat(3_000) } } },
    });
    const small = await LegacyClient.open(hub.url);
    for (let at = 0; at < 40; at += 1)
      await small.ask("resources/subscribe", { uri: `file:///a-long-name-of-a-resource/${at}` });
    expect(await count(small)).toBe("1");
    await until("the row", async () => (await hub.budget("sessionRowBytes")).used > 1_000);
    expect((await hub.budget("sessionRowBytes")).used).toBeLessThanOrEqual(2_000);
    expect((await hub.budget("sessionRowBytes")).refused).toBeGreaterThan(0);
    const more = [];
    for (let at = 0; at < 12; at += 1) more.push(await LegacyClient.open(hub.url));
    const { used, refused } = await hub.budget("allSessionRowBytes");
    expect(used).toBeLessThanOrEqual(3_000);
    expect(refused).toBeGreaterThan(0);
    await restart(hub, { budgets });
    expect(await statusOf(large)).toBe(404);
    expect(await count(small)).toBe("2");
    expect(await statusOf(more.at(-1) as LegacyClient)).toBe(404); // twelve were opened
  });
});
