import type { CallList, HubHistory, ServerHistory, Traffic } from "@hub/api";
import {
  type HubProcess,
  holdResponse,
  type JournalEntry,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  serveV2,
  type TestServer,
  until,
} from "@hub/testing";
import { expect, test } from "vitest";
import { runInProcess } from "../apps/hub/test/support/in-process.js";
import { hubsAt, inTurns, lists, SeveralHubs } from "./support/several-hubs.js";

const hubs = SeveralHubs.forTests();

const startHubs = (count: number) => hubs.start(count);

type Registered = { readonly lease?: { readonly id: string; readonly heartbeatMs: number } };

async function register(hub: HubProcess, name: string, server: TestServer, more = {}) {
  const endpoint = `${server.origin}/mcp`;
  const response = await hub.register({ name, transport: "http", endpoint, ...more });
  expect(response.status).toBeLessThan(300);
  return (await response.json()) as Registered;
}

async function beat(hub: HubProcess, leaseId: string): Promise<number> {
  const response = await fetch(`${hub.url}/leases/${leaseId}`, { method: "PUT" });
  await holdResponse("PUT", `/leases/${leaseId}`, response);
  return response.status;
}

/** Which hubs probed a server since some number of requests. Each one hears of its changes for itself. */
function probersOf(server: TestServer, since = 0): ReadonlySet<unknown> {
  const probes = server.headers
    .slice(since)
    .filter((headers) => headers["mcp-method"] !== "subscriptions/listen");
  return new Set(probes.map((headers) => headers["mcp-hub-via"]));
}

test("hubs know each other; each server is probed by one, and all know what it saw", async () => {
  const all = await startHubs(3);
  const [first, second, third] = all as [HubProcess, HubProcess, HubProcess];
  const names = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta"];
  const servers = await Promise.all(names.map((name) => serveV2({ name })));
  for (const [index, name] of names.entries())
    await register(all[index % 3] as HubProcess, name, servers[index] as TestServer);
  for (const hub of all) for (const name of names) await hub.status(name.toLowerCase(), "up");
  const seen = await hubsAt(first);
  expect(seen.filter(({ isSelf }) => isSelf)).toHaveLength(1);
  expect(seen.filter(({ isLeader }) => isLeader)).toHaveLength(1);
  expect(seen.reduce((sum, { servers = 0 }) => sum + servers, 0)).toBe(names.length);

  // From now on: several probes of each server, all by one hub.
  const before = servers.map((server) => server.requests.length);
  await until("more probes", () =>
    servers.every((server, index) => server.requests.length > (before[index] ?? 0) + 6),
  );
  for (const [index, server] of servers.entries())
    expect(probersOf(server, before[index]).size).toBe(1);
  const ids = new Set(servers.flatMap((server, index) => [...probersOf(server, before[index])]));
  expect(ids.size).toBeGreaterThan(1);

  // A probe that is asked for anywhere is made by the same hub, and its answer is there.
  const at = servers[0]?.requests.length ?? 0;
  for (const hub of all) {
    const response = await fetch(`${hub.url}/servers/alpha/probe`, { method: "POST" });
    await holdResponse("POST", "/servers/alpha/probe", response);
    expect(await response.json()).toMatchObject({ status: "up" });
  }
  expect(probersOf(servers[0] as TestServer, at).size).toBe(1);

  // One that goes is seen by all, and every hub tells the same events in the same order.
  await servers[1]?.close();
  for (const hub of all)
    await until("beta to be suspect", async () => (await hub.server("beta"))?.status !== "up");
  const told = async (hub: HubProcess) => (await hub.events()).map(({ seq, kind }) => [seq, kind]);
  await until("the same events everywhere", async () => {
    const [one, two, three] = [await told(first), await told(second), await told(third)];
    return (
      JSON.stringify(one) === JSON.stringify(two) && JSON.stringify(two) === JSON.stringify(three)
    );
  });
  expect(turns(await first.events())).toEqual([]);
});

/** Instances whose events do not follow from each other. */
function turns(events: readonly JournalEntry[]): readonly unknown[] {
  const status = new Map<string, string | undefined>();
  const wrong: unknown[] = [];
  for (const event of [...events].sort((a, b) => a.seq - b.seq)) {
    if (event.kind !== "status-changed") continue;
    const known = status.get(event.serverId);
    if (known !== undefined && known !== event.from) wrong.push(event);
    status.set(event.serverId, event.to);
  }
  return wrong;
}

test("heartbeats that go to another hub each time keep a server up everywhere; without them it goes", async () => {
  const all = await startHubs(2);
  const server = await serveV2({ name: "orders" });
  const { lease } = await register(all[0] as HubProcess, "Orders", server, {
    lease: { ttlMs: 5_000 },
  });
  expect(lease).toBeDefined();
  const id = lease?.id ?? "";
  // The other hub knows the lease at once.
  expect(await beat(all[1] as HubProcess, id)).toBe(200);
  for (const hub of all) await hub.status("orders", "up");
  // Each hub alone would lose it: the lease lives for 5 s, and each hears of it only for a while.
  for (const hub of [all[0], all[1], all[0], all[1]] as HubProcess[])
    for (const end = performance.now() + 4_000; performance.now() < end; ) {
      expect(await beat(hub, id)).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, lease?.heartbeatMs));
    }
  const events = (await all[0]?.events()) ?? [];
  expect(events.filter(({ kind, from }) => kind === "status-changed" && from === "up")).toEqual([]);
  await server.close();
  for (const hub of all) await hub.status("orders", "down");
  expect(turns((await all[0]?.events()) ?? [])).toEqual([]);
});

test("a hub that dies is noticed within 10 s, and its servers are probed by the others; one that stops at once", async () => {
  const all = await startHubs(3);
  const servers = await Promise.all(
    Array.from({ length: 8 }, (_, index) => serveV2({ name: `s${index}` })),
  );
  for (const [index, server] of servers.entries())
    await register(all[index % 3] as HubProcess, `Server ${index}`, server);
  for (const hub of all)
    await until("all up", async () => (await hub.servers()).every(({ status }) => status === "up"));
  const [first, second, third] = all as [HubProcess, HubProcess, HubProcess];
  const workAt = async (hub: HubProcess) =>
    (await hubsAt(hub)).filter(({ state }) => state === "working").length;

  await third.program.kill("SIGKILL");
  const died = performance.now();
  const marks = servers.map((server) => server.requests.length);
  await until("the others to notice", async () => (await workAt(first)) === 2);
  expect(performance.now() - died).toBeLessThan(10_000);
  await until("every server to be probed", () =>
    servers.every((server, index) => server.requests.length > (marks[index] ?? 0)),
  );
  expect(performance.now() - died).toBeLessThan(10_000);

  await second.program.kill("SIGTERM");
  await until("the last one to work alone", async () => (await workAt(first)) === 1);
  const alone = servers.map((server) => server.requests.length);
  await until("every server to be probed by it", () =>
    servers.every((server, index) => server.requests.length > (alone[index] ?? 0)),
  );
  const events = await first.events();
  expect(events.filter(({ kind, from }) => kind === "status-changed" && from === "up")).toEqual([]);
});

test("calls through each hub are in the traffic, the calls and the history of all, and none counts twice", async () => {
  const all = await startHubs(2);
  const server = await serveV2({ name: "orders" });
  await register(all[0] as HubProcess, "Orders", server);
  for (const hub of all) await lists(hub, "orders__greet");
  const perHub = 3;
  for (const hub of all)
    for (let call = 0; call < perHub; call += 1) {
      const client = new ModernClient(hub.url);
      const { result } = await client.ask("tools/call", {
        name: "orders__greet",
        arguments: { name: "you" },
      });
      expect(result?.content).toEqual([{ type: "text", text: "Hello, you" }]);
    }
  const json = async (hub: HubProcess, path: string) => {
    const response = await fetch(`${hub.url}${path}`);
    await holdResponse("GET", path, response);
    return response.json();
  };
  const counted = async (hub: HubProcess) => {
    const traffic = (await json(hub, "/traffic")) as Traffic;
    const { calls } = (await json(hub, "/calls?limit=100")) as CallList;
    const history = (await json(hub, "/history?step=1h")) as HubHistory;
    const asked = calls.filter(({ method }) => method === "tools/call");
    return [
      traffic.rows.find(({ name }) => name === "greet")?.calls,
      asked.length,
      history.slots.reduce((sum, slot) => sum + slot.calls, 0),
    ];
  };
  for (const hub of all)
    await until("all calls", async () => {
      const seen = await counted(hub);
      expect(Math.max(...seen.map((count) => count ?? 0))).toBeLessThanOrEqual(2 * perHub);
      return seen.every((count) => count === 2 * perHub);
    });
  // The same from a hub that starts now, and reads what is written.
  await all[1]?.program.kill("SIGTERM");
  await all[1]?.restart();
  const history = (await json(
    all[1] as HubProcess,
    "/servers/orders/history?step=1h",
  )) as ServerHistory;
  expect(history.items.map(({ name, calls }) => [name, calls])).toEqual([["greet", 2 * perHub]]);
});

test("mcp-hub top shows what is under way at all hubs, and which of them work", async () => {
  const all = await startHubs(2);
  const [first, second] = all as [HubProcess, HubProcess];
  const upstream = await ModernUpstream.start({ tools: ["wait"] });
  upstream.on("wait", () => new Promise(() => {}));
  await first.register({ name: "one", transport: "http", endpoint: upstream.endpoint });
  for (const hub of all) await lists(hub, "one__wait");
  const client = new ModernClient(second.url);
  const held = client.call("one__wait", {});
  held.done.catch(() => {});
  const top = async (hub: HubProcess) =>
    (await runInProcess(["top", "--once"], { environment: { MCP_HUB_URL: hub.url } })).out;
  for (const hub of all)
    await until("the call at both", async () => {
      const out = await top(hub);
      return out.includes("1 in flight") && out.includes("2 of 2 hubs work.");
    });
  await second.program.kill("SIGKILL");
  await until("what it held to be over", async () => {
    const out = await top(first);
    return out.includes("0 in flight") && /1 of 2 hubs work, [\da-f]{8} is silent\./.test(out);
  });
});

test("a server that flaps is said to at every hub, not only at the one that probes it", async () => {
  const all = await startHubs(2);
  const upstream = await ModernUpstream.start();
  await all[0]?.register({ name: "one", transport: "http", endpoint: upstream.endpoint });
  for (const hub of all) await hub.status("one", "up");
  let round = 0;
  for (const hub of all)
    await until("the warning at both", async () => {
      upstream.offer.tools = [{ name: `tool${round++}`, inputSchema: { type: "object" } }];
      const probed = await fetch(`${hub.url}/servers/one/probe`, { method: "POST" });
      await holdResponse("POST", "/servers/one/probe", probed);
      return (await hub.server("one"))?.warnings.some((text) =>
        text.includes("changes all the time"),
      );
    });
  const changes = async (hub: HubProcess) => (await hub.server("one"))?.flapping?.changes ?? 0;
  expect(await changes(all[1] as HubProcess)).toBeGreaterThan(1);
});

test("a server that registers again at any hub shows its new tools at all of them without a lease, whichever probes it", async () => {
  const all = await startHubs(2);
  const names = ["one", "two", "three", "four", "five", "six"];
  const upstreams = await Promise.all(names.map(() => ModernUpstream.start()));
  const registerAll = async (hub: HubProcess) => {
    for (const [index, name] of names.entries()) {
      const { endpoint } = upstreams[index] as ModernUpstream;
      const response = await hub.register({ name, transport: "http", endpoint });
      expect(response.status).toBeLessThan(300);
    }
  };
  await registerAll(all[0] as HubProcess);
  for (const hub of all) for (const name of names) await hub.status(name, "up");
  for (const [round, hub] of all.entries()) {
    for (const { offer } of upstreams)
      offer.tools = [{ name: `tool${round}`, inputSchema: { type: "object" } }];
    // What it says of itself is as before: it may be another process all the same.
    await registerAll(hub);
    for (const other of all) for (const name of names) await lists(other, `${name}__tool${round}`);
  }
});

test("who has heard of an event at one hub reads on at another, which may not know it yet, as if at the same", async () => {
  const [first, second] = (await startHubs(2)) as [HubProcess, HubProcess];
  const server = await serveV2({ name: "Many" });
  // Each time the second hub may be late.
  for (let round = 0; round < 10; round += 1) {
    await register(first, `Many ${round}`, server);
    const heard = Math.max(...(await first.events()).map(({ seq }) => seq));
    const headers = { accept: "text/event-stream", "last-event-id": String(heard) };
    const { body } = await fetch(`${second.url}/events`, { headers });
    if (body === null) throw new Error("A stream has a body.");
    let text = "";
    for await (const part of body.pipeThrough(new TextDecoderStream())) {
      text += part;
      if (/^event: .+\nid: .+$/m.test(text)) break;
    }
    expect(text).toContain(`event: ready\nid: ${heard}\n`);
  }
});

test("behind a proxy that takes turns, clients of both revisions notice nothing, also when a hub dies", async () => {
  const all = await startHubs(2);
  const upstream = await LegacyUpstream.start({ name: "orders" });
  const named = { name: "Orders", transport: "http", endpoint: upstream.endpoint };
  expect((await all[0]?.register(named))?.status).toBe(201);
  for (const hub of all) await lists(hub, "orders__echo");
  const proxy = await inTurns(all);
  const echo = { name: "orders__echo", arguments: { say: "hello" } };
  const said = [{ type: "text", text: '{"say":"hello"}' }];
  const modern = new ModernClient(proxy.origin, { path: "/mcp?revision=2026-07-28" });
  const legacy = await LegacyClient.open(proxy.origin);
  /** The sessions with the server that so many calls of the 2025 client went to. */
  const calls = async (count: number) => {
    const from = upstream.calls.length;
    for (let call = 0; call < count; call += 1)
      expect((await legacy.ask("tools/call", echo)).result?.content).toEqual(said);
    const made = upstream.calls.slice(from).filter(({ method }) => method === "tools/call");
    return new Set(made.map(({ sessionId }) => sessionId));
  };
  // Both hubs go on in one session with the server.
  const [session, ...others] = await calls(6);
  expect(others).toEqual([]);
  for (let call = 0; call < 4; call += 1)
    expect((await modern.ask("tools/call", echo)).result?.content).toEqual(said);

  await all[0]?.program.kill("SIGKILL");
  expect([...(await calls(4))]).toEqual([session]);
  for (let call = 0; call < 2; call += 1)
    expect((await modern.ask("tools/call", echo)).result?.content).toEqual(said);

  // Ended at one hub, it has ended at all of them.
  await all[0]?.restart();
  expect([...(await calls(4))]).toEqual([session]);
  expect(await legacy.end()).toBe(200);
  for (let turn = 0; turn < 2; turn += 1)
    expect((await legacy.send("tools/call", echo).done).status).toBe(404);
});
