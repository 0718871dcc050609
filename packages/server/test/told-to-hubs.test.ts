import {
  BudgetBook,
  MemoryStore,
  MemoryToolsetStore,
  Registry,
  systemClock,
  Toolsets,
} from "@hub/core";
import type { HubPeers, PeerRequest, ToldAll } from "@hub/core/hubs";
import { createDialer, createEndpointRules } from "@hub/dial";
import { Gateway } from "@hub/gateway";
import { createProber } from "@hub/probe";
import { closeAll, closeLater, LegacyClient, LegacyUpstream, until } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { Arrivals } from "../src/access/arrival.js";
import { Callers } from "../src/access/callers.js";
import { Gate } from "../src/access/gate.js";
import { createGatewayHandler } from "../src/gateway-handler.js";
import { listen } from "../src/listen.js";

afterEach(closeAll);

/** A gateway among hubs, which `tellAll` tells what it has for them. */
async function startGateway(tellAll: HubPeers["tellAll"]) {
  const rules = createEndpointRules({ profile: "local", allow: [] });
  const dialer = createDialer({ rules, hubId: "this-hub", version: "1" });
  const registry = await Registry.open({
    store: new MemoryStore(),
    clock: systemClock,
    nothingListens: async () => false,
    newLeaseId: () => "0".repeat(32),
  });
  const peers: HubPeers = {
    hubId: "this-hub",
    hasOthers: true,
    stateKey: new Uint8Array(32),
    absence: () => undefined,
    ask: () => {
      throw new Error("Nobody is asked alone");
    },
    tellAll,
  };
  const gateway = new Gateway({
    catalogue: registry,
    toolsets: await Toolsets.open({ store: new MemoryToolsetStore(), clock: systemClock }),
    dialer,
    version: "1",
    searchTools: () => {
      throw new Error("Nobody searches");
    },
    peers,
    knock: async () => false,
    refresh: async () => {},
  });
  const takeRequest = createGatewayHandler({
    gateway,
    guard: { allowedHosts: [], allowedOrigins: [] },
    arrivals: new Arrivals(),
    gate: new Gate(),
    callers: new Callers(new BudgetBook(), () => 0),
    audit: { refused: () => {} },
    hubId: "this-hub",
  });
  const listener = await listen({ fetch: () => new Response() }, "127.0.0.1", 0, { takeRequest });
  closeLater(async () => {
    gateway.drain();
    await listener.close(100);
    gateway.close();
    await dialer.close();
  });
  return { url: `http://127.0.0.1:${listener.port}`, registry, dialer };
}

/** Each message to other hubs in turn becomes what `told` says. Returns how a client posts. */
async function start(told: ToldAll[]) {
  const { url } = await startGateway(async () => told.shift() ?? "unwanted");
  const headers = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
  };
  const post = (body: unknown, more: Readonly<Record<string, string>> = {}) =>
    fetch(`${url}/mcp`, {
      method: "POST",
      headers: { ...headers, ...more },
      body: JSON.stringify(body),
    });
  const clientInfo = { name: "one", version: "1" };
  const params = { protocolVersion: "2025-03-26", capabilities: {}, clientInfo };
  const opened = await post({ jsonrpc: "2.0", id: 0, method: "initialize", params });
  await opened.text();
  const session = { "mcp-session-id": String(opened.headers.get("mcp-session-id")) };
  return async (body: unknown) => {
    const answer = await post(body, session);
    const text = await answer.text();
    return { status: answer.status, again: answer.headers.get("retry-after"), text };
  };
}

const answer = (id: number) => ({ jsonrpc: "2.0", id, result: {} });

describe("what no call here waits for", () => {
  const cases = [
    [["taken", "unwanted"], 202, null, ""],
    [["unwanted", "unwanted"], 202, null, ""],
    [["taken", "not-all-told"], 503, "5", "in some seconds"],
    [["refused", "taken"], 503, null, "in vain"],
    [["refused", "not-all-told"], 503, "5", "in some seconds"],
  ] as const;

  test.each(cases)(
    "is answered by what other hubs made of it, in a batch: %j",
    async (...given) => {
      const [told, status, again, words] = given;
      const post = await start([...told]);
      const heard = await post([answer(1), answer(2)]);
      expect(heard).toMatchObject({ status, again, text: expect.stringContaining(words) });
    },
  );

  test.each([
    ["taken", 202, null],
    ["not-all-told", 503, "5"],
    ["refused", 503, null],
  ] as const)("is answered so on its own, too: %s", async (told, status, again) => {
    const post = await start([told]);
    expect(await post(answer(1))).toMatchObject({ status, again });
  });

  test("costs the requests in the same batch nothing", async () => {
    const post = await start(["not-all-told"]);
    const heard = await post([answer(1), { jsonrpc: "2.0", id: 2, method: "ping" }]);
    expect(heard.status).toBe(200);
    expect(heard.text).toContain('"id":2');
  });
});

describe("a resource that a client follows", () => {
  const uri = "test://a";

  async function withServer(tellAll: HubPeers["tellAll"]) {
    const { url, registry, dialer } = await startGateway(tellAll);
    const server = await LegacyUpstream.start({ resources: [{ uri, name: "a" }] });
    const { endpoint } = server;
    await registry.register({ name: "old", endpoint, transport: "streamable-http" });
    const prober = createProber({ dialer, version: "1" });
    for (const task of registry.takeProbes("old"))
      registry.recordProbe(task, await prober.probe(task.target, { full: true, timeoutMs: 5_000 }));
    return { server, client: await LegacyClient.open(url) };
  }

  test("is followed where its client listens before the client is answered", async () => {
    const heard: PeerRequest[] = [];
    let take = () => {};
    const { server, client } = await withServer((request) => {
      heard.push(request);
      return new Promise((resolve) => {
        take = () => resolve("taken");
      });
    });
    let isAnswered = false;
    const answered = client.ask("resources/subscribe", { uri }).finally(() => {
      isAnswered = true;
    });
    await until("the other hubs to hear of it", () => heard.length > 0);
    expect(isAnswered).toBe(false);
    const { sessionId } = client;
    expect(heard).toEqual([{ kind: "session-resource", principalId: "anonymous", sessionId, uri }]);
    take();
    expect((await answered).result).toEqual({});
    expect(server.subscriptions).toEqual([`subscribe ${uri}`]);
  });

  test("is no matter of other hubs where its client listens here", async () => {
    const { server, client } = await withServer(() => {
      throw new Error("No other hub has its stream.");
    });
    const stream = await client.listen();
    expect((await client.ask("resources/subscribe", { uri })).result).toEqual({});
    server.announce("notifications/resources/updated", { uri });
    await until("the update", () => stream.messages.length > 0);
  });
});
