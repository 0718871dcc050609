import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerDetail } from "@hub/api";
import {
  type Exchange,
  type HubProcess,
  holdResponse,
  LegacyClient,
  LegacyUpstream,
  type Message,
  ModernClient,
  textResult,
  tool,
  until,
} from "@hub/testing";
import { describe, expect, test } from "vitest";
import { bearer, hubsAt, lists, SeveralHubs, withPeers } from "./support/several-hubs.js";

const hubs = SeveralHubs.forTests();

const uri = "test://a";
const updated = "notifications/resources/updated";
const news = "notifications/message";
const said = (text: string) => [{ type: "text", text }];

type Pair = readonly [HubProcess, HubProcess];

/** Sessions for clients that one hub wants to open can be kept waiting. */
class HeldUpstream extends LegacyUpstream {
  readonly held: ServerResponse[] = [];
  holdsFor: string | undefined;

  override handle(message: Message, request: IncomingMessage, response: ServerResponse): void {
    const client = message.params?.clientInfo as { readonly name?: string } | undefined;
    // What a hub opens on its own account, for a probe, goes on.
    const isForClient = message.method === "initialize" && client?.name === "legacy-client";
    const isHeld = isForClient && request.headers["mcp-hub-via"] === this.holdsFor;
    if (isHeld) this.held.push(response);
    else super.handle(message, request, response);
  }
}

/** Two hubs with a 2025 server. */
async function start(env: Readonly<Record<string, string>> = {}) {
  const all = (await hubs.start(2, { ...withPeers, ...env })) as unknown as Pair;
  const resources = [{ uri, name: "a" }];
  const upstream = await new HeldUpstream({ tools: ["echo", "slow"], resources }).start();
  const registered = await fetch(`${all[0].url}/register`, {
    method: "POST",
    headers: { "content-type": "application/json", ...bearer(hubs.token) },
    body: JSON.stringify({ name: "Old", transport: "http", endpoint: upstream.endpoint }),
  });
  await holdResponse("POST", "/register", registered);
  expect(registered.status).toBe(201);
  for (const hub of all) await lists(hub, "old__echo", hubs.token);
  return { all, upstream };
}

const named = (stream: Exchange, method: string) =>
  stream.messages.filter((message) => message.method === method);

describe("the event stream of a 2025 client", () => {
  test("tells once what its client follows at another hub, and no more when it does not", async () => {
    const { all, upstream } = await start();
    const [first, second] = all;
    const client = await LegacyClient.open(first.url);
    const stream = await client.listen();
    const elsewhere = client.at(second.url);
    expect((await elsewhere.ask("resources/subscribe", { uri })).error).toBeUndefined();
    // Both follow it at the server: the one where it was asked for, and the one where the client listens.
    const followers = () => upstream.subscriptions.filter((one) => one.startsWith("subscribe"));
    await until("the hub of the stream to follow it", () => followers().length === 2);
    upstream.announce(updated, { uri });
    await until("the update", () => named(stream, updated).length > 0);

    expect((await elsewhere.ask("resources/unsubscribe", { uri })).error).toBeUndefined();
    const left = () => upstream.subscriptions.filter((one) => one.startsWith("unsubscribe"));
    await until("nobody to follow it", () => left().length === 2);
    upstream.announce(updated, { uri });
    await client.ask("ping");
    expect(named(stream, updated)).toHaveLength(1);
  });

  test("has what a server says outside of calls, also of one that was first called at another hub", async () => {
    const { all, upstream } = await start();
    const [first, second] = all;
    const client = await LegacyClient.open(first.url);
    const stream = await client.listen();
    const elsewhere = client.at(second.url);
    expect((await elsewhere.call("old__echo").done).status).toBe(200);
    const [session, ...others] = upstream.clientSessions;
    expect(others).toEqual([]);
    await until("the server to be heard", () => session?.stream !== undefined);
    upstream.announce(news, { level: "info", data: "news" });
    await until("the news", () => named(stream, news).length > 0);
    await client.ask("ping");
    expect(named(stream, news)).toHaveLength(1);
  });

  test("tells of a changed list when every hub has it", async () => {
    const { all, upstream } = await start();
    const [first, second] = all;
    // What is announced before is found when the hub reads the lists the next time.
    await until("both hubs to hear the server", () => {
      const heard = [...upstream.sessions.values()].filter((one) => one.stream !== undefined);
      return heard.length === all.length;
    });
    const changed = "notifications/tools/list_changed";
    for (const [hub, other] of [all, [second, first] as const]) {
      const client = await LegacyClient.open(hub.url);
      const stream = await client.listen();
      const elsewhere = client.at(other.url);
      // A server that changes more often flaps, and is read less often.
      for (let round = 0; round < 4; round += 1) {
        const added = `grown_${hub === first ? "first" : "second"}_${round}`;
        let known = named(stream, changed).length;
        upstream.offer.tools = [...upstream.offer.tools, tool(added)];
        upstream.announce(changed);
        // A notice may still be that of what was before; the list is read after each, at the other hub, and only then.
        await until(`${added} to be told when the other hub has it`, async () => {
          const heard = named(stream, changed).length;
          if (heard === known) return false;
          known = heard;
          const { result } = await elsewhere.ask("tools/list");
          return JSON.stringify(result).includes(`"old__${added}"`);
        });
      }
      stream.close();
    }
  });

  const path = "/servers/old/mcp";
  const asOne = async (client: LegacyClient) => (await client.call("echo").done).status;
  /** As clients of 2025-03-26 may. */
  const asBatch = async ({ sessionId }: LegacyClient, { url }: HubProcess) => {
    const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "echo" } };
    const answer = await fetch(`${url}${path}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-session-id": sessionId,
      },
      body: JSON.stringify([call]),
    });
    await answer.text();
    return answer.status;
  };
  test.each([
    { what: "what its client asked", opens: 0, send: asOne },
    // Batches are taken where the hub heard the handshake.
    { what: "the batch that its client sent", opens: 1, send: asBatch },
  ])("is at one server before $what at the other hub in the same moment", async (given) => {
    const { all, upstream } = await start();
    upstream.agreesOn = "2025-03-26";
    const [first, second] = all;
    const other = await LegacyClient.open(second.url, { path });
    /** In which order a call and a stream came to the server, of which the call was sent first. */
    const order = async () => {
      const opened = await LegacyClient.open(all[given.opens]?.url ?? "", { path });
      const from = upstream.log.length;
      const call = given.send(opened.at(second.url, { path }), second);
      // By then, a call that waits for nothing is at the server.
      await other.ask("ping");
      const stream = opened.at(first.url, { path }).listen();
      expect(await call).toBe(200);
      (await stream).close();
      return upstream.log.slice(from).filter((one) => one === "GET" || one === "POST tools/call");
    };
    // A stream that comes later than hubs wait for is as good as none, so a busy machine may need some tries.
    await until("the stream to be there first", async () => (await order())[0] === "GET");
  });

  test("goes on at another hub when its own is killed, and says which lists to look at again", async () => {
    const { all, upstream } = await start();
    const [first, second] = all;
    const client = await LegacyClient.open(first.url);
    await client.listen();
    expect((await client.call("old__echo").done).status).toBe(200);
    expect((await client.ask("resources/subscribe", { uri })).error).toBeUndefined();
    const [before] = upstream.clientSessions;
    await first.program.kill("SIGKILL");
    const stream = await client.at(second.url).listen();
    for (const kind of ["tools", "prompts", "resources"])
      await until(
        `${kind} to be told`,
        () => named(stream, `notifications/${kind}/list_changed`).length > 0,
      );
    await until("the server to be heard", () => {
      const [session] = upstream.clientSessions;
      return session?.id === before?.id && session?.stream?.closed === false;
    });
    upstream.announce(news, { level: "info", data: "news" });
    await until("the news", () => named(stream, news).length > 0);
    await until("an update", () => {
      upstream.announce(updated, { uri });
      return named(stream, updated).length > 0;
    });
    // No list is told twice, and no session was opened anew.
    for (const kind of ["tools", "prompts", "resources"])
      expect(named(stream, `notifications/${kind}/list_changed`)).toHaveLength(1);
    expect(upstream.clientSessions.map(({ id }) => id)).toEqual([before?.id]);
  });

  test("that broke off in a call goes on at another hub after the last event", async () => {
    const { all, upstream } = await start();
    const [first, second] = all;
    upstream.on("slow", (call) => {
      call.send({ method: news, params: { level: "info", data: 1 } }, "e1");
      call.response.end();
      return undefined;
    });
    const client = await LegacyClient.open(first.url);
    const broken = client.call("old__slow", {}, { id: 5 });
    await broken.done;
    expect(broken.eventIds).toHaveLength(1);
    upstream.intercept = (request, response) => {
      if (request.method !== "GET" || request.headers["last-event-id"] !== "e1") return false;
      response.writeHead(200, { "content-type": "text/event-stream" });
      const rest = { jsonrpc: "2.0", id: 5, result: textResult("the rest") };
      response.end(`id: e2\ndata: ${JSON.stringify(rest)}\n\n`);
      return true;
    };
    const stream = await client.at(second.url).listen(broken.eventIds[0]);
    const answer: Message = await until("the rest", () =>
      stream.messages.find(({ id }) => id === 5),
    );
    expect(answer.result?.content).toEqual(said("the rest"));
    expect(named(stream, news)).toEqual([]);
  });
});

describe("one client whose requests go to each hub in turn", () => {
  const capabilities = { elicitation: { form: {} } };

  test("is asked where it listens, also when its call is at the other hub, and answers anywhere", async () => {
    const { all, upstream } = await start();
    // As many servers do, it asks on the stream of the session in the middle of a call.
    upstream.on("slow", async (call) => {
      const session = upstream.sessions.get(call.sessionId ?? "");
      if (session?.stream === undefined) return textResult("nobody listens");
      const params = { message: "Go on?" };
      const question = { jsonrpc: "2.0", id: 1, method: "elicitation/create", params };
      session.stream.write(`data: ${JSON.stringify(question)}\n\n`);
      const answer = await new Promise<Message>((resolve) => session.questions.set(1, resolve));
      return textResult(String(answer.result?.action));
    });
    for (let round = 0; round < 6; round += 1) {
      let turn = round;
      const next = () => all[turn++ % 2]?.url ?? "";
      const opened = await LegacyClient.open(next(), { capabilities });
      const listening = opened.at(next()).listen();
      const running = opened.at(next()).call("old__slow");
      const stream = await listening;
      const asked = await until(
        () => `the question, or the answer ${JSON.stringify(running.messages)}`,
        () => [...stream.messages, ...running.messages].find(({ id }) => id !== undefined),
      );
      expect(asked.method).toBe("elicitation/create");
      // Once at the hub that asked, once at the other one.
      expect(await opened.at(next()).answer(asked.id, { action: "accept" })).toBe(202);
      expect((await running.done).response.result?.content).toEqual(said("accept"));
    }
  });

  test("loses nothing of what both hubs are told in the same moment", async () => {
    const { all, upstream } = await start();
    const [first, second] = all;
    for (let round = 0; round < 4; round += 1) {
      const before = new Set(upstream.clientSessions.map(({ id }) => id));
      const client = await LegacyClient.open(first.url, { capabilities });
      const elsewhere = client.at(second.url);
      const level = round % 2 === 0 ? "error" : "debug";
      const [at, other] = round % 2 === 0 ? [client, elsewhere] : [elsewhere, client];
      const stream = await client.listen();
      const [set, subscribed, ...called] = await Promise.all([
        at.ask("logging/setLevel", { level }),
        other.ask("resources/subscribe", { uri }),
        client.ask("tools/call", { name: "old__echo", arguments: {} }),
        elsewhere.ask("tools/call", { name: "old__echo", arguments: {} }),
      ]);
      for (const answer of [set, subscribed, ...called]) expect(answer?.error).toBeUndefined();
      // Of two sessions that were opened with the server at once, one stays.
      const own = () => upstream.clientSessions.filter(({ id }) => !before.has(id));
      await until("one session with the server", () => own().length === 1);
      const [kept] = own();
      expect(kept?.logLevel).toBe(level);
      await until("an update", () => {
        upstream.announce(updated, { uri });
        return named(stream, updated).length > 0;
      });
      // Both go on in it.
      for (const one of [client, elsewhere])
        expect((await one.call("old__echo").done).status).toBe(200);
      const calls = upstream.calls.filter(({ name }) => name === "echo").slice(-2);
      expect(calls.map(({ sessionId }) => sessionId)).toEqual([kept?.id, kept?.id]);
      expect(await client.end()).toBe(200);
    }
  });
});

describe("a server that both hubs hear", () => {
  test("is heard on one stream of each, however often one tells the other what it saw of it", async () => {
    const { all, upstream } = await start();
    const streams = () => upstream.count("GET");
    await until("both to hear it", () => streams() === all.length);
    // One of them probes it; what that sees is shown by both.
    for (const hub of all) {
      const shown = new Set<string>();
      await until("it to be told of", async () => {
        const answer = await fetch(`${hub.url}/servers/old`);
        const { instances } = (await answer.json()) as ServerDetail;
        return shown.add(String(instances[0]?.probe?.at)).size > 4;
      });
    }
    expect(streams()).toBe(all.length);
  });
});

describe("a server that is opened at two hubs at once", () => {
  test("is heard where the client listens before it is called at the other hub", async () => {
    const { all, upstream } = await start();
    const [first, second] = all;
    // As many servers do, it asks on the stream of the session in the middle of a call.
    upstream.on("slow", async (call) => {
      const session = upstream.sessions.get(call.sessionId ?? "");
      if (session?.stream === undefined) return textResult("nobody listens");
      const params = { message: "Go on?" };
      const question = { jsonrpc: "2.0", id: 1, method: "elicitation/create", params };
      session.stream.write(`data: ${JSON.stringify(question)}\n\n`);
      const answer = await new Promise<Message>((resolve) => session.questions.set(1, resolve));
      return textResult(String(answer.result?.action));
    });
    const capabilities = { elicitation: { form: {} } };
    const onAsked = () => ({ action: "accept" });
    const client = await LegacyClient.open(first.url, { capabilities, onAsked });
    const listening = client.at(second.url);
    await listening.listen();
    const [own] = (await hubsAt(second)).filter(({ isSelf }) => isSelf);
    upstream.holdsFor = own?.id;
    const waiting = listening.call("old__echo");
    await until("the second hub to open a session", () => upstream.held.length > 0);
    const { response } = await client.call("old__slow").done;
    expect(response.result?.content).toEqual(said("accept"));
    upstream.holdsFor = undefined;
    for (const held of upstream.held) held.writeHead(500).end();
    expect((await waiting.done).status).toBe(200);
  });

  test("is called in the session of the one where that came about, and in no other", async () => {
    const { all, upstream } = await start();
    const [first, second] = all;
    const client = await LegacyClient.open(first.url);
    const elsewhere = client.at(second.url);
    const [own] = (await hubsAt(second)).filter(({ isSelf }) => isSelf);
    upstream.holdsFor = own?.id;
    const waiting = elsewhere.call("old__echo");
    await until("the second hub to open one", () => upstream.held.length > 0);
    expect((await client.call("old__echo").done).status).toBe(200);
    // With each request, the hub looks what others made of the session.
    expect((await elsewhere.send("ping").done).status).toBe(200);
    upstream.holdsFor = undefined;
    for (const response of upstream.held) response.writeHead(500).end();
    const { status, response } = await waiting.done;
    expect([status, response.error]).toEqual([200, undefined]);
    expect((await elsewhere.call("old__echo").done).status).toBe(200);
    const ids = upstream.calls.filter(({ name }) => name === "echo").map((one) => one.sessionId);
    expect(new Set(ids).size).toBe(1);
    expect(upstream.clientSessions.map(({ id }) => id)).toEqual(ids.slice(0, 1));
    expect(await client.end()).toBe(200);
    await until("no session with the server", () => upstream.clientSessions.length === 0);
  });
});

describe("a session that its client ends at one hub", () => {
  test("is over at the other one, too: its call, its stream, and what was opened for it with servers", async () => {
    const { all, upstream } = await start();
    const [first, second] = all;
    upstream.on("slow", () => undefined);
    const client = await LegacyClient.open(first.url);
    const elsewhere = client.at(second.url);
    const stream = await elsewhere.listen();
    const running = elsewhere.call("old__slow", {}, { id: 9 });
    await until("the call to run", () => upstream.callsOf("slow").length === 1);
    expect(await client.end()).toBe(200);
    await Promise.all([stream.done, running.done]);
    await until("no session with the server", () => upstream.clientSessions.length === 0);
    for (const one of [client, elsewhere]) {
      expect((await one.send("ping").done).status).toBe(404);
      expect(await (await one.listen()).opened).toBe(404);
    }
  });
});

describe("a session id", () => {
  function newToken(id: string, action: string) {
    const token = `mh_${id}_${randomBytes(60).toString("base64").replace(/\W/g, "").slice(0, 43)}`;
    const sha256 = createHash("sha256").update(token).digest("hex");
    return { token, entry: { id, name: id, sha256, grants: [{ action }] } };
  }

  test("is good for its principal alone, at every hub, whatever is asked with it", async () => {
    const MCP_HUB_TOKENS_FILE = join(mkdtempSync(join(tmpdir(), "mcp-hub-tokens-")), "tokens.json");
    const operator = newToken("operator", "admin");
    const agent = newToken("agent", "call");
    const other = newToken("other", "call");
    const entries = [operator.entry, agent.entry, other.entry];
    writeFileSync(MCP_HUB_TOKENS_FILE, JSON.stringify(entries));
    hubs.token = operator.token;
    const { all, upstream } = await start({ MCP_HUB_TOKENS_FILE });
    const capabilities = { elicitation: { form: {} } };
    upstream.on("slow", async (call) => {
      const { action } = await call.ask("elicitation/create", { message: "Go on?" });
      return textResult(String(action));
    });
    const client = await LegacyClient.open(all[0].url, { token: agent.token, capabilities });
    const running = client.call("old__slow", {}, { id: 7 });
    const asked = await until("the question", () =>
      running.messages.find(({ method }) => method === "elicitation/create"),
    );
    for (const { url } of all) {
      const thief = client.at(url, { token: other.token });
      const open = client.at(url, { token: undefined });
      for (const [who, status] of [
        [thief, 404],
        [open, 401],
      ] as const) {
        expect((await who.call("old__echo").done).status).toBe(status);
        expect(await who.answer(asked.id, { action: "decline" })).toBe(status);
        expect(await who.notify("notifications/cancelled", { requestId: 7 })).toBe(status);
        expect(await (await who.listen()).opened).toBe(status);
        expect(await who.end()).toBe(status);
      }
    }
    // Nothing of it reached the call, or the session.
    expect(await client.at(all[1].url).answer(asked.id, { action: "accept" })).toBe(202);
    expect((await running.done).response.result?.content).toEqual(said("accept"));
    expect((await client.at(all[1].url).call("old__echo").done).status).toBe(200);
    const modern = new ModernClient(all[1].url, { token: other.token });
    expect((await modern.ask("tools/list")).error).toBeUndefined();
  });
});
