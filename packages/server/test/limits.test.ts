import { type Clock, systemClock } from "@hub/core";
import type { BudgetReport } from "@hub/core/limits";
import {
  closeAll,
  gate,
  knownTokens,
  ModernClient,
  ModernUpstream,
  RawConnection,
  requestBytes,
  TestHub,
  textResult,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { askAt } from "./support/ask.js";

afterEach(closeAll);

const access = knownTokens({
  admin: [{ action: "admin" }],
  one: [{ action: "register", mostServers: 2 }, { action: "read" }],
  other: [{ action: "register" }, { action: "read" }],
  agent: [{ action: "call" }],
});
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

/** A clock whose time a test moves on, and that else goes as time does. */
class SkippingClock implements Clock {
  #skippedMs = 0;

  wall = () => systemClock.wall() + this.#skippedMs;
  monotonic = () => systemClock.monotonic() + this.#skippedMs;

  skip(ms: number): void {
    this.#skippedMs += ms;
  }
}

const start = (budgets: Parameters<typeof TestHub.start>[0] & object) =>
  TestHub.start({ access, token: "admin", ...budgets });
const register = (name: string, token: string) => ({
  method: "POST",
  ...bearer(token),
  body: { name, endpoint: `http://127.0.0.1:9/${name}`, transport: "streamable-http" },
});

/** Statuses of requests that are sent one after the other. */
async function statuses(count: number, send: () => Promise<{ readonly status: number }>) {
  const all: number[] = [];
  for (let sent = 0; sent < count; sent += 1) all.push((await send()).status);
  return all;
}

describe("requests in a minute", () => {
  test("are counted for each principal alone, on every path, and come back with time", async () => {
    const clock = new SkippingClock();
    const hub = await start({ clock, budgets: { callerRequests: 20 } });
    const send = (token: string, path = "/servers") => askAt(hub.port, path, bearer(token));
    const first = await statuses(25, () => send("one"));
    expect(first.filter((status) => status === 200).length).toBeGreaterThanOrEqual(20);
    const refused = await send("one", "/servers?limit=1");
    expect([refused.status, refused.code]).toEqual([429, "TOO_MANY_REQUESTS"]);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThanOrEqual(1);
    expect(Number(refused.headers["retry-after"])).toBeLessThanOrEqual(4);
    expect(refused.text).toContain("MCP_HUB_MAX_CALLER_REQUESTS");
    expect((await send("other")).status).toBe(200);
    clock.skip(60_000);
    expect((await send("one")).status).toBe(200);
  });

  test("of one token are the same from wherever it is sent, and at MCP endpoints", async () => {
    const hub = await start({ budgets: { callerRequests: 10 } });
    const ask = (localAddress: string) =>
      new ModernClient(hub.url, { token: "agent", localAddress }).send("tools/list").done;
    const all = [
      ...(await statuses(8, () => ask("127.0.0.2"))),
      ...(await statuses(8, () => ask("127.0.0.3"))),
    ];
    expect(all).toContain(429);
    const refused = await ask("127.0.0.4");
    expect(refused.response.error?.data).toMatchObject({ hubError: "TOO_MANY_REQUESTS" });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThanOrEqual(1);
  });

  test("do not take a server its heartbeats, nor an operator the hub's health", async () => {
    const hub = await start({ budgets: { callerRequests: 10, strangerRequests: 10 } });
    const registered = await askAt(hub.port, "/register", {
      ...register("beating", "other"),
      body: { ...register("beating", "other").body, lease: {} },
    });
    const { id } = (JSON.parse(registered.text) as { lease: { id: string } }).lease;
    expect(await statuses(15, () => askAt(hub.port, "/servers", bearer("other")))).toContain(429);
    const beat = { method: "PUT", ...bearer("other") };
    expect((await askAt(hub.port, `/leases/${id}`, beat)).status).toBe(200);
    expect((await askAt(hub.port, "/register", register("beating", "other"))).status).toBeLessThan(
      300,
    );
    expect(await statuses(15, () => askAt(hub.port, "/servers"))).toContain(429);
    expect((await askAt(hub.port, "/healthz")).status).toBe(200);
  });

  test("are not counted on an open hub", async () => {
    const hub = await TestHub.start({
      budgets: { callerRequests: 10, strangerRequests: 10, callerCalls: 1 },
    });
    expect(new Set(await statuses(40, () => askAt(hub.port, "/servers")))).toEqual(new Set([200]));
    const { budgets } = (await hub.rest("GET", "/healthz?verbose")) as { budgets: BudgetReport[] };
    expect(budgets.find(({ name }) => name === "callerRequests")?.used).toBe(0);
  });

  test("show in the table of budgets", async () => {
    const hub = await start({ budgets: { callerRequests: 10 } });
    await statuses(5, () => askAt(hub.port, "/servers", bearer("one")));
    const { used, by, limit } = await hub.budget("callerRequests");
    expect([by, limit]).toEqual(["test:one", 10]);
    expect(used).toBeGreaterThan(0);
  });
});

describe("credentials that are not valid", () => {
  test("have to wait after many, and valid ones of the same address do not", async () => {
    const clock = new SkippingClock();
    const hub = await start({ clock, budgets: { wrongCredentials: 20 } });
    const send = (token: string, path: string, from = "127.0.0.2") =>
      askAt(hub.port, path, { from, ...bearer(token) });
    const guesses = await statuses(30, () => send("guess", "/servers"));
    expect(guesses.slice(0, 20)).toEqual(Array(20).fill(401));
    expect(guesses.at(-1)).toBe(429);
    for (const path of ["/servers", "/mcp"]) {
      const refused = await send("guess", path);
      expect([path, refused.status, refused.code]).toEqual([path, 429, "TOO_MANY_REQUESTS"]);
      expect(Number(refused.headers["retry-after"])).toBeGreaterThanOrEqual(1);
    }
    expect((await send("other", "/servers")).status).toBe(200);
    expect((await send("agent", "/servers")).status).toBe(200);
    expect((await send("guess", "/servers", "127.0.0.3")).status).toBe(401);
    expect(await hub.budget("wrongCredentials")).toMatchObject({ by: "127.0.0.2" });
    clock.skip(60_000);
    expect((await send("guess", "/servers")).status).toBe(401);
  });
});

describe("calls of one principal at a time", () => {
  test("are so many, and a further one is told to wait; those of others go on", async () => {
    const hub = await start({ budgets: { callerCalls: 2 } });
    const upstream = await ModernUpstream.start();
    const held = gate();
    upstream.on("echo", async () => {
      await held.opened;
      return textResult("done");
    });
    await hub.register("tides", upstream);
    const agent = new ModernClient(hub.url, { token: "agent" });
    const call = (client: ModernClient) => client.send("tools/call", { name: "tides__echo" });
    const running = [call(agent), call(agent)];
    await until("both to run", () => upstream.calls.length === 2);
    const refused = await call(agent).done;
    expect([refused.status, refused.response.error?.code]).toEqual([429, -31_033]);
    expect(refused.headers["retry-after"]).toBe("1");
    const others = call(new ModernClient(hub.url, { token: "admin" }));
    await until("the other's to run", () => upstream.calls.length === 3);
    held.open();
    for (const one of [...running, others]) expect((await one.done).status).toBe(200);
    expect((await call(agent).done).status).toBe(200);
    expect((await hub.budget("callerCalls")).refused).toBe(1);
  });
});

describe("servers of one principal", () => {
  test("are as many as its grant says, or as the hub does; what it has stays its own", async () => {
    const hub = await start({ budgets: { ownedServers: 3 } });
    const send = (name: string, token: string) =>
      askAt(hub.port, "/register", register(name, token));
    expect((await send("a", "one")).status).toBe(201);
    expect((await send("b", "one")).status).toBe(201);
    const refused = await send("c", "one");
    expect([refused.status, refused.code]).toEqual([429, "TOO_MANY_SERVERS"]);
    expect(refused.text).toContain("its grant says so");
    expect((await send("a", "one")).status).toBe(200);
    // At once, so that they share a commit.
    const all = await Promise.all(["c", "d", "e", "f"].map((name) => send(name, "other")));
    expect(all.map(({ status }) => status).sort()).toEqual([201, 201, 201, 429]);
    expect(all.find(({ status }) => status === 429)?.text).toContain("MCP_HUB_MAX_OWNED_SERVERS");
    const { used, by, refused: count } = await hub.budget("ownedServers");
    expect([used, by, count]).toEqual([3, "test:other", 2]);
    await hub.rest("DELETE", "/servers/a?force=true");
    expect((await send("c2", "one")).status).toBe(201);
  });

  test("have no limit but the hub's on an open hub", async () => {
    const hub = await TestHub.start({ budgets: { ownedServers: 1 } });
    for (const name of ["a", "b", "c"]) {
      const { body } = register(name, "nobody");
      expect((await askAt(hub.port, "/register", { method: "POST", body })).status).toBe(201);
    }
  });
});

test("connections are the token's that is sent on them: another one at the same address has its own share", async () => {
  const hub = await start({ budgets: { connections: 48 } });
  const stream = requestBytes("GET /events", [
    ["Host", `127.0.0.1:${hub.port}`],
    ["Accept", "text/event-stream"],
    ["Authorization", "Bearer agent"],
  ]);
  const connections = Array.from({ length: 60 }, (_, index) => {
    const one = new RawConnection(
      hub.port,
      "127.0.0.1",
      index % 2 === 0 ? "127.0.0.2" : "127.0.0.3",
    );
    one.write(stream);
    return one;
  });
  const answers = await Promise.all(connections.map((one) => one.next()));
  const taken = answers.filter((answer) => answer?.status === 200).length;
  // Half of the 45 that are not in the reserve, from both addresses together.
  expect(taken).toBeGreaterThan(10);
  expect(taken).toBeLessThanOrEqual(23);
  for (const from of ["127.0.0.2", "127.0.0.3"])
    expect((await askAt(hub.port, "/servers", { from, ...bearer("admin") })).status).toBe(200);
  for (const one of connections) one.destroy();
});

test("streams and sessions are a token's, too, and the refusal of one more says so", async () => {
  const hub = await start({ budgets: { eventStreams: 4, sessions: 4 } });
  const listening = { notifications: { toolsListChanged: true } };
  const agent = new ModernClient(hub.url, { token: "agent" });
  for (let opened = 0; opened < 2; opened += 1) await agent.listen({ toolsListChanged: true });
  const elsewhere = new ModernClient(hub.url, { token: "agent", localAddress: "127.0.0.2" });
  const { status, response } = await elsewhere.send("subscriptions/listen", listening).done;
  expect([status, response.error?.message]).toEqual([
    429,
    expect.stringContaining("this caller already has its share of the hub's"),
  ]);
  // Another one at the same address has its own.
  const other = new ModernClient(hub.url, { token: "admin" });
  await other.listen({ toolsListChanged: true });
});

describe("connections through a proxy", () => {
  test("are each client's own: one that takes many leaves room for others", async () => {
    const hub = await start({
      budgets: { connections: 48 },
      config: {
        host: "127.0.0.1",
        trustedProxies: ["127.0.0.1"],
        allowedHosts: ["hub.example"],
        admission: "open",
      },
    });
    const streams = (address: string) => {
      const leaving = new AbortController();
      const answer = fetch(`${hub.url}/events`, {
        signal: leaving.signal,
        headers: {
          ...bearer("agent").headers,
          accept: "text/event-stream",
          "x-forwarded-for": address,
          "x-forwarded-host": "hub.example",
        },
      });
      return { answer, leaving };
    };
    const opened = Array.from({ length: 60 }, () => streams("203.0.113.7"));
    const answers = await Promise.all(
      opened.map(({ answer }) =>
        answer.then(
          ({ status }) => status,
          () => 0,
        ),
      ),
    );
    // Not all of them found a place, and some connections were closed unheard.
    expect(answers.filter((status) => status === 200).length).toBeLessThan(48);
    const other = await askAt(hub.port, "/servers", {
      headers: {
        ...bearer("admin").headers,
        host: "hub.example",
        "x-forwarded-for": "203.0.113.8",
      },
    });
    expect(other.status).toBe(200);
    for (const { leaving } of opened) leaving.abort();
  });
});

test("a grant is refused whose number of servers is none", async () => {
  const hub = await start({});
  const error = await hub
    .rest("POST", "/tokens", { name: "x", grants: [{ action: "register", mostServers: 0 }] })
    .catch((one: unknown) => String(one));
  expect(error).toContain("must be at least 1");
});
