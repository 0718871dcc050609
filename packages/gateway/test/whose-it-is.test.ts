import {
  type Answer,
  closeAll,
  closeLater,
  Exchange,
  gate,
  LegacyClient,
  LegacyUpstream,
  legacyVersion,
  ModernClient,
  ModernUpstream,
  metaKey,
  modernVersion,
  type Payload,
  RawConnection,
  requestBytes,
  TestHub,
  type TestHubOptions,
  textOf,
  textResult,
  tool,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { Callers } from "./support/callers.js";

afterEach(closeAll);

const uri = "file:///log.txt";
const postHeaders = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
  "mcp-protocol-version": legacyVersion,
};
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const names = (result: Payload | undefined) =>
  (result?.tools as readonly Payload[] | undefined)?.map(({ name }) => name);

/** A 2025 server that counts in each session, and a modern one. `anna` and `bert` may call both. */
async function start(options: TestHubOptions = {}) {
  const callers = new Callers({ anna: [{ action: "call" }], bert: [{ action: "call" }] });
  const hub = await TestHub.start({ access: callers.access, token: "admin", ...options });
  const old = await LegacyUpstream.start({
    tools: ["count", "ask", "hang"],
    resources: [{ uri, name: "log" }],
  });
  old.on("count", ({ sessionId }) => {
    const memory = old.sessions.get(sessionId ?? "")?.memory;
    const count = Number(memory?.get("count") ?? 0) + 1;
    memory?.set("count", count);
    return textResult(String(count));
  });
  old.on("ask", async (call) => {
    const answer = await call.ask("elicitation/create", {
      mode: "form",
      message: "Sure?",
      requestedSchema: { type: "object", properties: {} },
    });
    return textResult(String(answer.action));
  });
  const modern = await ModernUpstream.start({ tools: ["hang"] });
  const hanging = gate();
  for (const upstream of [old, modern])
    upstream.on("hang", async () => {
      await hanging.opened;
      return textResult("at last");
    });
  await hub.register("old", old);
  await hub.register("new", modern);
  return { callers, hub, old, modern };
}

const count = async (client: LegacyClient, name = "old__count") =>
  textOf((await client.call(name).done).response);

/** What may be sent in a session, by whoever knows its id. */
const inSession = (url: string, sessionId: string, token: string): readonly Exchange[] => {
  const headers = { ...postHeaders, ...bearer(token), "mcp-session-id": sessionId };
  const post = (message: object) =>
    new Exchange(url, { headers, body: JSON.stringify({ jsonrpc: "2.0", ...message }) });
  return [
    post({ id: 1, method: "tools/list" }),
    post({ id: 2, method: "tools/call", params: { name: "count", arguments: {} } }),
    post({ method: "notifications/cancelled", params: { requestId: 1 } }),
    post({ id: 3, result: {} }),
    new Exchange(url, {
      headers,
      body: `[{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"count"}}]`,
    }),
    new Exchange(url, { method: "GET", headers: { ...headers, accept: "text/event-stream" } }),
    new Exchange(url, { method: "DELETE", headers }),
  ];
};

describe("a session", () => {
  for (const path of ["/mcp", "/servers/old/mcp"])
    test(`at ${path} is unknown to everybody but who opened it`, async () => {
      const { hub, old } = await start();
      const url = `${hub.url}${path}`;
      const anna = await LegacyClient.open(hub.url, { path, token: "anna" });
      const tool = path === "/mcp" ? "old__count" : "count";
      expect(await count(anna, tool)).toBe("1");
      // The hub itself asks its server too, in sessions of its own.
      let arrived = 0;
      old.intercept = ({ headers }) => {
        const session = String(headers["mcp-session-id"]);
        if (session === anna.sessionId || session === "hub-made-up") arrived += 1;
        return false;
      };
      for (const sent of inSession(url, anna.sessionId, "bert"))
        expect((await sent.done).status).toBe(404);
      for (const sent of inSession(url, "hub-made-up", "bert"))
        expect((await sent.done).status).toBe(404);
      expect(arrived).toBe(0);
      expect(old.callsOf("count")).toHaveLength(1);
      expect(await count(anna, tool)).toBe("2");
      expect(await anna.end()).toBe(200);
      for (const token of ["anna", "bert"])
        expect(await statuses(inSession(url, anna.sessionId, token))).not.toContain(200);
    });

  test("of the old transport takes messages of who opened its stream alone", async () => {
    const { hub } = await start();
    const stream = await fetch(`${hub.url}/sse`, {
      headers: { ...bearer("anna"), accept: "text/event-stream" },
    });
    const reader = stream.body?.getReader();
    const first = new TextDecoder().decode((await reader?.read())?.value);
    const target = /data: (\S+)/.exec(first)?.[1] ?? "";
    const post = (token: string) =>
      new Exchange(`${hub.url}${target}`, {
        headers: { ...postHeaders, ...bearer(token) },
        body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
      }).done;
    expect((await post("bert")).status).toBe(404);
    expect((await post("anna")).status).toBe(202);
    await reader?.cancel();
  });

  test("goes on after a restart of the hub for who opened it, and for nobody else", async () => {
    const { callers, hub } = await start();
    const anna = await LegacyClient.open(hub.url, { token: "anna" });
    expect(await count(anna)).toBe("1");
    const direct = await LegacyClient.open(hub.url, { token: "anna", path: "/servers/old/mcp" });
    expect(await count(direct, "count")).toBe("1");
    const ended = await LegacyClient.open(hub.url, { token: "anna", path: "/servers/old/mcp" });
    expect(await ended.end()).toBe(200);
    await hub.stop();
    const { port, dataDir } = hub;
    const again = await TestHub.start({ access: callers.access, token: "admin", port, dataDir });
    await again.whenUp("old");
    for (const sent of inSession(`${again.url}/mcp`, anna.sessionId, "bert"))
      expect((await sent.done).status).toBe(404);
    expect(await count(anna)).toBe("2");
    for (const sent of inSession(`${again.url}/mcp`, anna.sessionId, "bert"))
      expect((await sent.done).status).toBe(404);
    const own = `${again.url}/servers/old/mcp`;
    for (const sent of [
      ...inSession(own, direct.sessionId, "bert"),
      ...inSession(own, ended.sessionId, "anna"),
    ])
      expect((await sent.done).status).toBe(404);
    expect(await count(direct, "count")).toBe("2");
  });

  test("shows from each request on what its principal may call now", async () => {
    const { callers, hub, old } = await start();
    const anna = await LegacyClient.open(hub.url, { path: "/mcp?hub=off", token: "anna" });
    const bert = await LegacyClient.open(hub.url, { token: "bert" });
    const [stream, others] = [await anna.listen(), await bert.listen()];
    for (const client of [anna, bert]) await client.ask("resources/subscribe", { uri });
    const updates = (of: Exchange) => of.named("notifications/resources/updated").length;
    expect(await count(anna)).toBe("1");
    callers.may("anna", { action: "call", servers: ["new"] });
    expect(names((await anna.ask("tools/list")).result)).toEqual(["new__hang"]);
    expect((await anna.call("old__count").done).response.error).toBeDefined();
    await until("the session with the server to end", () => old.clientSessions.length === 0);
    await until("the client to be told", () =>
      stream.messages.some(({ method }) => method === "notifications/tools/list_changed"),
    );
    old.announce("notifications/resources/updated", { uri });
    await until("who may follow it to be told", () => updates(others) === 1);
    expect(updates(stream)).toBe(0);
    callers.may("anna", { action: "call" });
    expect(await count(anna)).toBe("1");
    old.announce("notifications/resources/updated", { uri });
    await until("both to be told", () => updates(others) === 2 && updates(stream) === 1);
  });

  test("has a place among those of its principal; one that was never used makes room", async () => {
    const { hub } = await start({ budgets: { principalSessions: 2 } });
    const open = (token: string) => LegacyClient.tryOpen(hub.url, { token }).done;
    const used = await LegacyClient.open(hub.url, { token: "anna" });
    await used.ask("ping");
    const unused = await open("anna");
    const third = await LegacyClient.open(hub.url, { token: "anna" });
    await third.ask("ping");
    const url = `${hub.url}/mcp`;
    const [list] = inSession(url, String(unused.headers["mcp-session-id"]), "anna");
    expect((await list?.done)?.status).toBe(404);
    const refused = await open("anna");
    expect(refused.status).toBe(429);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect(refused.response.error).toMatchObject({
      code: -31_021,
      message: expect.stringContaining("MCP_HUB_MAX_PRINCIPAL_SESSIONS"),
    });
    expect((await open("bert")).status).toBe(200);
    expect((await used.ask("ping")).result).toEqual({});
    expect(await hub.budget("principalSessions")).toMatchObject({
      used: 2,
      by: "test:anna",
      refused: 1,
    });
  });
});

const statuses = async (all: readonly Exchange[]) => {
  const answers: Answer[] = await Promise.all(all.map(({ done }) => done));
  return answers.map(({ status }) => status);
};

test("a call that waits for its client goes on for that client alone", async () => {
  const { hub, old } = await start();
  const capabilities = { elicitation: { form: {} } };
  const client = (token: string) => new ModernClient(hub.url, { token, capabilities });
  const { result } = (await client("anna").call("old__ask").done).response;
  const back = {
    requestState: result?.requestState,
    inputResponses: Object.fromEntries(
      Object.keys(result?.inputRequests as Payload).map((key) => [key, { action: "accept" }]),
    ), // as the revision says
  };
  expect((await client("bert").call("old__ask", {}, back).done).response.error).toMatchObject({
    code: -32_602,
    message: expect.stringContaining("requestState is not valid"),
  });
  expect(textOf((await client("anna").call("old__ask", {}, back).done).response)).toBe("accept");
  expect(old.callsOf("ask")).toHaveLength(1);
});

test("lists change for those alone whose own part changed", async () => {
  const { callers, hub, modern } = await start();
  callers.may("carl", { action: "call", servers: ["new"], tools: ["own_*"] });
  const told = async (token: string, path: string) => {
    const client = await LegacyClient.open(hub.url, { path, token });
    return [
      await client.listen(),
      await new ModernClient(hub.url, { path, token }).listen({ toolsListChanged: true }),
    ];
  };
  const all = await told("anna", "/mcp");
  const own = [...(await told("carl", "/mcp")), ...(await told("carl", "/servers/new/mcp"))];
  const changes = (streams: readonly Exchange[]) =>
    streams.map((stream) => stream.named("notifications/tools/list_changed").length);
  await until("the hub to hear of changes", () => modern.listening.size > 0);
  const offer = async (...tools: readonly string[]) => {
    modern.offer.tools = tools.map((name) => tool(name));
    const before = changes(all);
    modern.announce("notifications/tools/list_changed");
    await until("everybody who sees it to be told", () =>
      changes(all).every((now, at) => now > (before[at] ?? 0)),
    );
  };
  await offer("hang", "others");
  await offer("hang", "others", "own_tool");
  await until("those who see it to be told", () => changes(own).every((now) => now > 0));
  await offer("hang", "own_tool");
  expect(changes(own)).toEqual(own.map(() => 1));
});

test("calls are counted with who made them, and not with what that is allowed", async () => {
  const { hub } = await start();
  const modern = new ModernClient(hub.url, { token: "anna", path: "/servers/new/mcp" });
  const old = await LegacyClient.open(hub.url, { token: "bert" });
  await modern.ask("tools/list");
  await count(old);
  const { calls } = (await hub.rest("GET", "/calls?limit=10")) as {
    readonly calls: readonly Payload[];
  }; // as its description says
  expect(calls.map(({ method, principal }) => [method, principal])).toEqual([
    ["tools/call", { id: "test:bert", name: "bert" }],
    ["tools/list", { id: "test:anna", name: "anna" }],
  ]);
});

test("what is half sent when a token is revoked arrives nowhere", async () => {
  const { hub, modern } = await start();
  const { id, token } = (await hub.rest("POST", "/tokens", {
    name: "agent",
    grants: [{ action: "call" }],
  })) as { readonly id: string; readonly token: string }; // as its description says
  const meta = `"_meta":{"${metaKey("protocolVersion")}":"${modernVersion}","${metaKey("clientCapabilities")}":{}}`;
  const half = (path: string, name: string) => {
    const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}",${meta}}}`;
    const connection = new RawConnection(hub.port);
    closeLater(() => connection.destroy());
    const head = {
      host: `127.0.0.1:${hub.port}`,
      ...postHeaders,
      ...bearer(token),
      "mcp-protocol-version": modernVersion,
      "mcp-method": "tools/call",
      "mcp-name": name,
      "content-length": String(body.length),
    };
    connection.write(requestBytes(`POST ${path}`, Object.entries(head), body.slice(0, -9)));
    return { connection, rest: body.slice(-9) };
  };
  const halves = [
    half("/mcp", "new__hang"),
    half("/servers/new/mcp", "hang"),
    half("/mcp?prefix=never", "hang"),
  ];
  // What came before it is read by then.
  await new ModernClient(hub.url, { token: "anna" }).ask("tools/list");
  await hub.rest("DELETE", `/tokens/${id}`);
  for (const { connection, rest } of halves) {
    connection.write(rest);
    await connection.closed;
    expect(await connection.next()).toBeUndefined();
  }
  expect(modern.callsOf("hang")).toEqual([]);
});

test("revoking a token ends all that it has open, here and at servers, and nothing of others", async () => {
  const { hub, old, modern } = await start();
  const { id, token } = (await hub.rest("POST", "/tokens", {
    name: "agent",
    grants: [{ action: "call" }],
  })) as { readonly id: string; readonly token: string }; // as its description says
  const capabilities = { elicitation: { form: {} } };
  const open = async (who: string) => {
    const session = await LegacyClient.open(hub.url, { token: who });
    await count(session);
    const own = await LegacyClient.open(hub.url, { token: who, path: "/servers/old/mcp" });
    const client = new ModernClient(hub.url, { token: who, capabilities });
    const direct = new ModernClient(hub.url, { token: who, path: "/servers/new/mcp" });
    const held = (await client.call("old__ask").done).response.result?.requestState;
    expect(held).toBeDefined();
    const sse = new Exchange(`${hub.url}/sse`, {
      method: "GET",
      headers: { ...bearer(who), accept: "text/event-stream" },
    });
    const streams = [
      await session.listen(),
      await own.listen(),
      await client.listen({ toolsListChanged: true }),
      await direct.listen({ toolsListChanged: true }),
      sse,
    ];
    await sse.opened;
    const calls = [
      session.call("old__hang"),
      own.call("hang"),
      client.call("old__hang"),
      client.call("new__hang"),
      direct.call("hang"),
    ];
    let over = 0;
    for (const { done } of [...streams, ...calls])
      done.then(
        () => (over += 1),
        () => (over += 1),
      );
    return { session, over: () => over, all: streams.length + calls.length };
  };
  const anna = await open("anna");
  const agent = await open(token);
  await until(
    "all calls to be there",
    () => old.callsOf("hang").length === 6 && modern.callsOf("hang").length === 4,
  );
  await hub.rest("DELETE", `/tokens/${id}`);
  await until("all of it to be over", () => agent.over() === agent.all);
  const isOver = (calls: readonly { isClosed: boolean; isCancelled: boolean }[]) =>
    calls.filter((call) => call.isClosed || call.isCancelled).length;
  await until(
    "servers to hear of it",
    () =>
      isOver(modern.callsOf("hang")) === 2 &&
      isOver(old.callsOf("hang")) === 3 &&
      isOver(old.callsOf("ask")) === 1,
  );
  expect(anna.over()).toBe(0);
  expect(await count(anna.session)).toBe("2");
  const url = `${hub.url}/mcp`;
  for (const sent of inSession(url, agent.session.sessionId, token))
    expect((await sent.done).status).toBe(401);
  for (const sent of inSession(url, agent.session.sessionId, "anna"))
    expect((await sent.done).status).toBe(404);
});
