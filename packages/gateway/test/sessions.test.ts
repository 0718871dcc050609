import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  TestHub,
  type TestHubOptions,
  textOf,
  textResult,
  type UpstreamCall,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const noChanges = { tools: {} };

async function withServer(options: TestHubOptions = {}) {
  const hub = await TestHub.start(options);
  // It tells of no changes, so that every session but those of probes is a client's.
  const upstream = await LegacyUpstream.start({
    tools: ["echo", "count", "slow"],
    capabilities: noChanges,
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

const count = async (client: LegacyClient | ModernClient) => {
  const { response } = await client.call("old__count").done;
  return textOf(response);
};

describe("sessions with servers", () => {
  test("none is opened before the first call, one serves all calls of a client, and DELETE ends it", async () => {
    const { hub, upstream } = await withServer();
    const client = await LegacyClient.open(hub.url);
    await client.ask("tools/list");
    await client.ask("ping");
    await client.listen();
    expect(upstream.clientSessions).toHaveLength(0);
    await Promise.all([count(client), count(client), count(client)]);
    expect(upstream.clientSessions).toHaveLength(1);
    const [session] = upstream.clientSessions;
    expect(session?.client).toBe("legacy-client");
    expect(await client.end()).toBe(200);
    await until("the server's session to end", () => upstream.clientSessions.length === 0);
    expect(upstream.deleted).toContain(session?.id);
    expect((await client.send("ping").done).status).toBe(404);
  });

  test("state of two clients never meets: each legacy client and each modern call has a session of its own", async () => {
    const { hub, upstream } = await withServer();
    const [one, two] = [await LegacyClient.open(hub.url), await LegacyClient.open(hub.url)];
    expect(await count(one)).toBe("1");
    expect(await count(one)).toBe("2");
    expect(await count(two)).toBe("1");
    const modern = new ModernClient(hub.url);
    expect(await count(modern)).toBe("1");
    expect(await count(modern)).toBe("1");
    expect(await count(one)).toBe("3");
    expect(new Set(upstream.callsOf("count").map(({ sessionId }) => sessionId)).size).toBe(4);
  });

  test("a session nobody knows answers 404, and none at all 400", async () => {
    const { hub } = await withServer();
    const client = await LegacyClient.open(hub.url);
    const headers = { "content-type": "application/json", accept: "application/json" };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
    const status = async (more: Record<string, string>, path = "/mcp") => {
      const init = { method: "POST", headers: { ...headers, ...more }, body };
      return (await fetch(`${hub.url}${path}`, init)).status;
    };
    expect(await status({ "mcp-session-id": "hub-nobody" })).toBe(404);
    expect(await status({})).toBe(400);
    // A session belongs to the endpoint it was opened at.
    expect(await status({ "mcp-session-id": client.sessionId }, "/mcp?servers=old")).toBe(404);
    expect(await status({ "mcp-session-id": client.sessionId })).toBe(200);
  });

  test("of too many, one that was never used after its handshake ends, the oldest first", async () => {
    const { hub } = await withServer({ budgets: { sessions: 6 } });
    const [used, first, second] = [
      await LegacyClient.open(hub.url),
      await LegacyClient.open(hub.url),
      await LegacyClient.open(hub.url),
    ];
    await count(used);
    await LegacyClient.open(hub.url);
    expect((await first.send("ping").done).status).toBe(404);
    expect((await second.send("ping").done).status).toBe(200);
    expect((await used.send("ping").done).status).toBe(200);
  });

  test("when all were used a new one is refused with 429 until one ends, and none is lost", async () => {
    const { hub, upstream } = await withServer({
      budgets: { sessions: 4 },
      limits: { sessionIdleMs: 20_000 },
    });
    const [one, two] = [await LegacyClient.open(hub.url), await LegacyClient.open(hub.url)];
    await count(one);
    await two.listen();
    const refused = await LegacyClient.tryOpen(hub.url).done;
    expect(refused.status).toBe(429);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(10);
    expect(refused.response.error?.data).toMatchObject({
      hubError: "TOO_MANY_SESSIONS",
      mayHaveRun: false,
    });
    expect(await count(one)).toBe("2");
    await one.end();
    await until("the server's session to end", () => upstream.clientSessions.length === 0);
    await count(await LegacyClient.open(hub.url));
  });

  test("one that says more of itself than is kept is refused, which says how much that is", async () => {
    const { hub } = await withServer({ budgets: { identityBytes: 1_024 } });
    const open = (characters: number) =>
      LegacyClient.tryOpen(hub.url, {
        capabilities: { experimental: { x: "é".repeat(characters) } },
      }).done;
    expect((await open(400)).headers["mcp-session-id"]).toBeDefined();
    const { headers, response } = await open(500);
    expect(headers["mcp-session-id"]).toBeUndefined();
    expect(response.error?.data).toMatchObject({
      hubError: "IDENTITY_TOO_LARGE",
      cause: expect.stringContaining("1024 bytes"),
    });
  });

  test("a client that was idle for long is gone; one with a stream or a call is not", async () => {
    const { hub, upstream } = await withServer({ limits: { sessionIdleMs: 2_000 } });
    upstream.on("slow", () => undefined);
    // None waits for the others before it does what keeps it.
    const listening = await LegacyClient.open(hub.url);
    await listening.listen();
    const calling = await LegacyClient.open(hub.url);
    calling.call("old__slow");
    const idle = await LegacyClient.open(hub.url);
    await count(idle);
    const session = upstream.callsOf("count")[0]?.sessionId;
    await until("the idle one's session to end", () => upstream.deleted.includes(`${session}`));
    expect((await idle.send("ping").done).status).toBe(404);
    expect((await listening.send("ping").done).status).toBe(200);
    expect((await calling.send("ping").done).status).toBe(200);
  });
});

describe("a stream that a client came back for the rest of", () => {
  test("is over with that rest: its session is idle then, and ends", async () => {
    const { hub, upstream } = await withServer({ limits: { sessionIdleMs: 2_000 } });
    const client = await LegacyClient.open(hub.url);
    expect(await count(client)).toBe("1");
    const [session] = upstream.clientSessions;
    upstream.intercept = (request, response) => {
      if (request.headers["last-event-id"] !== "e1") return false;
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end("id: e2\ndata: {}\n\n");
      return true;
    };
    const stream = await client.listen("old:e1");
    expect((await stream.done).isBroken).toBe(false);
    await until("its session to end", () => upstream.deleted.includes(`${session?.id}`));
    expect((await client.send("ping").done).status).toBe(404);
  });

  test("ends at the server, too, where its client ends the session meanwhile", async () => {
    const { hub, upstream } = await withServer();
    const client = await LegacyClient.open(hub.url);
    await count(client);
    let isAsked = false;
    let isClosed = false;
    upstream.intercept = (request, response) => {
      if (request.headers["last-event-id"] !== "e1") return false;
      isAsked = true;
      response.on("close", () => {
        isClosed = true;
      });
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      return true;
    };
    await client.listen("old:e1");
    await until("the server to be asked", () => isAsked);
    expect(await client.end()).toBe(200);
    await until("its stream to be closed", () => isClosed);
  });
});

describe("a server that restarts", () => {
  for (const refusal of [
    { status: 404, code: -32_001 },
    { status: 400, code: -32_000 },
  ]) {
    test(`answers ${refusal.status} to old sessions: the next call opens a new one and runs once`, async () => {
      const { hub, upstream } = await withServer();
      upstream.refusal = refusal;
      const client = await LegacyClient.open(hub.url);
      expect(await count(client)).toBe("1");
      upstream.forget();
      const before = upstream.count("POST initialize");
      expect(await count(client)).toBe("1");
      expect(upstream.count("POST initialize")).toBe(before + 1);
      expect(upstream.callsOf("count")).toHaveLength(2);
    });
  }

  test("several calls that find the session gone open one new session together", async () => {
    const { hub, upstream } = await withServer();
    const client = await LegacyClient.open(hub.url);
    await count(client);
    upstream.forget();
    const counts = await Promise.all(Array.from({ length: 6 }, () => count(client)));
    expect(counts.sort()).toEqual(["1", "2", "3", "4", "5", "6"]);
    expect(upstream.clientSessions).toHaveLength(1);
  });

  test("and forgets sessions twice in a row costs the call, which says that it did not run", async () => {
    const { hub, upstream } = await withServer();
    const client = await LegacyClient.open(hub.url);
    await count(client);
    upstream.forget();
    upstream.forgetsCalls = true;
    const { response, status } = await client.call("old__count").done;
    expect(status).toBe(200);
    expect(response.error?.message).toContain("forgot the session twice");
    expect(response.error?.data).toMatchObject({ mayHaveRun: false });
    expect(upstream.callsOf("count")).toHaveLength(1);
  });

  test("and opens no session any more costs the call, which says that it did not run", async () => {
    const { hub, upstream } = await withServer();
    upstream.intercept = (request) => {
      if (request.headers["mcp-session-id"] !== undefined) upstream.forget();
      return false;
    };
    for (const client of [await LegacyClient.open(hub.url), new ModernClient(hub.url)]) {
      const { response } = await client.call("old__count").done;
      expect(response.error?.data).toMatchObject({ mayHaveRun: false });
    }
    expect(upstream.callsOf("count")).toHaveLength(0);
  });

  test("while nothing listens, a call says that it did not run; when it is back, the next call works", async () => {
    const { hub, upstream } = await withServer();
    const client = await LegacyClient.open(hub.url);
    await count(client);
    upstream.forget();
    await upstream.stop();
    const refused = (await client.call("old__count").done).response;
    expect(refused.error?.data).toMatchObject({
      hubError: "SERVER_UNAVAILABLE",
      server: { id: "old", name: "old" },
      mayHaveRun: false,
    });
    await upstream.start();
    expect(await count(client)).toBe("1");
  });

  for (const kind of ["legacy", "modern"] as const) {
    test(`in the middle of a call of a ${kind} client: it is not replayed, and the error says that it may have run`, async () => {
      const { hub, upstream } = await withServer();
      upstream.on("slow", (call: UpstreamCall) => {
        call.response.destroy();
        return undefined;
      });
      const client =
        kind === "legacy" ? await LegacyClient.open(hub.url) : new ModernClient(hub.url);
      const { response } = await client.call("old__slow").done;
      expect(response.error).toMatchObject({
        message: expect.stringContaining("may have run"),
        data: {
          hubError: "CONNECTION_LOST",
          server: { id: "old", name: "old", status: expect.any(String) },
          mayHaveRun: true,
          fix: expect.any(String),
        },
      });
      expect(upstream.callsOf("slow")).toHaveLength(1);
    });
  }
});

describe("a legacy client", () => {
  test("is told the log level once for each server, also for one that it calls later", async () => {
    const hub = await TestHub.start();
    const upstream = await LegacyUpstream.start();
    await hub.register("old", upstream);
    const client = await LegacyClient.open(hub.url);
    await client.ask("logging/setLevel", { level: "warning" });
    expect(upstream.count("POST logging/setLevel")).toBe(0);
    await client.call("old__echo").done;
    await until("the level to arrive", () => upstream.count("POST logging/setLevel") === 1);
    await client.call("old__echo").done;
    await client.ask("logging/setLevel", { level: "error" });
    await until("the level to arrive", () => upstream.count("POST logging/setLevel") === 2);
  });

  test("without the capability is not said to have it", async () => {
    const { hub, upstream } = await withServer();
    const client = await LegacyClient.open(hub.url, { capabilities: { sampling: {} } });
    await count(client);
    expect(upstream.clientSessions[0]?.capabilities).toEqual({ sampling: {} });
  });

  test("goes on with a stream that broke off, by the id of its last event", async () => {
    const { hub, upstream } = await withServer();
    upstream.on("slow", (call) => {
      call.send({ method: "notifications/message", params: { level: "info", data: 1 } }, "e1");
      call.response.end();
      return undefined;
    });
    const client = await LegacyClient.open(hub.url);
    const broken = client.call("old__slow", {}, { id: 5 });
    await broken.done;
    expect(broken.eventIds).toHaveLength(1);
    let seen: unknown;
    upstream.intercept = (request, response) => {
      if (request.method !== "GET" || request.headers["last-event-id"] === undefined) return false;
      seen = request.headers["last-event-id"];
      response.writeHead(200, { "content-type": "text/event-stream" });
      const result = textResult("the rest");
      response.end(`id: e2\ndata: ${JSON.stringify({ jsonrpc: "2.0", id: 5, result })}\n\n`);
      return true;
    };
    const rest = await client.listen(broken.eventIds[0]);
    const answer = await until("the rest", () => rest.messages.find(({ id }) => id === 5));
    expect(seen).toBe("e1");
    expect(textOf(answer)).toBe("the rest");
  });

  test("hears that a call is lost whose stream broke off, where its server gives no ids", async () => {
    const { hub, upstream } = await withServer();
    upstream.on("slow", (call) => {
      for (const step of [1, 2]) call.progress(step, "on the way");
      return new Promise<never>(() => undefined);
    });
    const client = await LegacyClient.open(hub.url);
    const broken = client.call("old__slow", {}, { id: 5, _meta: { progressToken: 1 } });
    await until("both steps", () => broken.messages.length === 2);
    expect(broken.eventIds).toHaveLength(1);
    broken.close();
    const told = await (await client.listen(broken.eventIds[0])).done;
    expect(told.headers["content-type"]).toBe("text/event-stream");
    expect(told.response).toMatchObject({
      id: 5,
      error: { data: { hubError: "CONNECTION_LOST", mayHaveRun: true } },
    });
  });

  test("is given no id with an answer that is all of its stream", async () => {
    const { hub } = await withServer();
    const client = await LegacyClient.open(hub.url);
    const whole = client.call("old__count");
    expect((await whole.done).headers["content-type"]).toBe("text/event-stream");
    expect(whole.eventIds).toEqual([]);
  });
});
