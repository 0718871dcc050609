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

const path = "/servers/inner/mcp";

/** A server that counts the calls of each session, behind a hub, behind a hub. */
async function start(options: TestHubOptions = {}) {
  const inner = await TestHub.start();
  const old = await LegacyUpstream.start({ tools: ["count", "ask"] });
  old.on("count", ({ sessionId }) => {
    const memory = old.sessions.get(sessionId ?? "")?.memory;
    const count = Number(memory?.get("count") ?? 0) + 1;
    memory?.set("count", count);
    return textResult(String(count));
  });
  old.on("ask", async (one) =>
    textResult(JSON.stringify(await one.ask("elicitation/create", { message: "?" }))),
  );
  await inner.register("old", old);
  const outer = await TestHub.start(options);
  await outer.announce("inner", `${inner.url}/mcp`);
  await outer.whenUp("inner");
  return { inner, outer, old };
}

const open = (hub: TestHub) =>
  LegacyClient.open(hub.url, {
    path,
    capabilities: { elicitation: {} },
    onAsked: () => ({ action: "accept" }),
  });
const count = async (client: LegacyClient) =>
  textOf((await client.call("old__count").done).response);
const statusOf = async (client: LegacyClient) => (await client.send("ping").done).status;

describe("a hub behind a hub, at the outer one's endpoint for it", () => {
  test("keeps its sessions, answers its questions, and ends them itself", async () => {
    const { inner, outer, old } = await start();
    const [one, other] = [await open(outer), await open(outer)];
    expect(one.sessionId).toMatch(/^hub-/);
    expect([await count(one), await count(one), await count(other)]).toEqual(["1", "2", "1"]);
    const { response } = await one.call("old__ask").done;
    expect(textOf(response)).toBe('{"action":"accept"}');
    expect(await one.end()).toBe(200);
    expect([await statusOf(one), await statusOf(other)]).toEqual([404, 200]);
    const direct = await fetch(`${inner.url}/mcp`, {
      method: "DELETE",
      headers: { "mcp-session-id": one.sessionId },
    });
    expect(direct.status).toBe(404);
    await until("its session with the server to end", () => old.deleted.length > 0);
  });

  test("opens the stream of a session, on which it hears of changes", async () => {
    const { inner, outer } = await start();
    const client = await open(outer);
    const stream = await client.listen();
    await inner.register("late", await ModernUpstream.start());
    await until("the change to be told", () =>
      stream.messages.some(({ method }) => method === "notifications/tools/list_changed"),
    );
  });

  test("goes on in its sessions after a restart of the outer hub", async () => {
    const { outer } = await start();
    const client = await open(outer);
    expect(await count(client)).toBe("1");
    await outer.stop();
    const next = await TestHub.start({ port: outer.port, dataDir: outer.dataDir });
    await next.whenUp("inner");
    expect([await count(client), await count(client)]).toEqual(["2", "3"]);
  });

  test("takes batches in a session that agreed on them", async () => {
    const { outer } = await start();
    const headers = {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    };
    const post = (body: unknown, more = {}) =>
      fetch(`${outer.url}${path}`, {
        method: "POST",
        headers: { ...headers, ...more },
        body: JSON.stringify(body),
      });
    const request = (id: number, method: string, params = {}) => ({
      jsonrpc: "2.0",
      id,
      method,
      params,
    });
    const opened = await post(
      request(0, "initialize", {
        protocolVersion: "2025-03-26",
        capabilities: {},
        clientInfo: { name: "batcher", version: "1" },
      }),
    );
    await opened.text();
    const session = { "mcp-session-id": String(opened.headers.get("mcp-session-id")) };
    const batch = [
      request(1, "tools/call", { name: "old__count", arguments: {} }),
      request(2, "ping"),
    ];
    const response = await post(batch, session);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('"id":2');
  });
});

describe("a session of the hub's own at the endpoint of a server of 2026-07-28 alone", () => {
  test("that has ended is told with 404, also by a hub that has just started", async () => {
    const hub = await TestHub.start();
    const modern = await ModernUpstream.start();
    await hub.register("new", modern);
    const at = "/servers/new/mcp";
    const client = await LegacyClient.open(hub.url, { path: at });
    expect(await statusOf(client)).toBe(200);
    expect(await client.end()).toBe(200);
    expect(await statusOf(client)).toBe(404);
    await hub.stop();
    const next = await TestHub.start({ port: hub.port, dataDir: hub.dataDir });
    await next.whenUp("new");
    expect(await statusOf(client)).toBe(404);
  });
});
