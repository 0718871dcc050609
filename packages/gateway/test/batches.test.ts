import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { text as readText } from "node:stream/consumers";
import {
  closeAll,
  gate,
  LegacyClient,
  LegacyUpstream,
  type Message,
  ModernClient,
  ModernUpstream,
  type Payload,
  sendJson,
  TestHub,
  type TestHubOptions,
  textOf,
  textResult,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const batchVersion = "2025-03-26";
const both = "application/json, text/event-stream";

/** A session that agreed on a revision, by hand: one POST after the other. */
class Session {
  readonly #url: string;
  readonly #id: string;

  private constructor(url: string, id: string) {
    this.#url = url;
    this.#id = id;
  }

  static async open(hub: TestHub, version = batchVersion, path = "/mcp"): Promise<Session> {
    const url = `${hub.url}${path}`;
    const capabilities = { elicitation: {} };
    const clientInfo = { name: "batcher", version: "1" };
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: both },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 0,
        method: "initialize",
        params: { protocolVersion: version, capabilities, clientInfo },
      }),
    });
    await response.text();
    return new Session(url, String(response.headers.get("mcp-session-id")));
  }

  post(body: string, accept = both): Promise<Response> {
    return fetch(this.#url, {
      method: "POST",
      headers: { "content-type": "application/json", accept, "mcp-session-id": this.#id },
      body,
    });
  }

  /** Sends a body in parts. `end` sends the last, and resolves with what comes back. */
  begin(): { write(part: string): void; end(last: string): Promise<string> } {
    const headers = {
      "content-type": "application/json",
      accept: both,
      "mcp-session-id": this.#id,
    };
    const sending = httpRequest(this.#url, { method: "POST", headers });
    const answered = once(sending, "response");
    return {
      write: (part) => void sending.write(part),
      async end(last) {
        sending.end(last);
        const [response] = (await answered) as [IncomingMessage]; // as its name says
        return readText(response);
      },
    };
  }

  /** Sends a batch. Returns what comes back, whatever form it has. */
  async send(messages: readonly unknown[], accept = both): Promise<Message[]> {
    return messagesIn(await (await this.post(JSON.stringify(messages), accept)).text());
  }
}

function messagesIn(text: string): Message[] {
  if (text.startsWith("[")) return JSON.parse(text);
  return text
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .map((line) => JSON.parse(line.slice(6)));
}

const request = (id: number | string, method: string, params: Payload = {}) => ({
  jsonrpc: "2.0",
  id,
  method,
  params,
});
const call = (id: number | string, name: string, given: Payload = {}) =>
  request(id, "tools/call", { name, arguments: given });
const byId = (messages: readonly Message[], id: unknown) =>
  messages.find((message) => message.id === id) ?? {};

async function start(options: TestHubOptions = {}) {
  const hub = await TestHub.start(options);
  const old = await LegacyUpstream.start();
  const modern = await ModernUpstream.start();
  await hub.register("old", old);
  await hub.register("new", modern);
  return { hub, old, modern };
}

describe("a batch in a session that agreed on 2025-03-26", () => {
  for (const accept of [both, "application/json"])
    test(`is split, and each message is answered as itself, to a client that takes ${accept}`, async () => {
      const { hub, old, modern } = await start();
      const session = await Session.open(hub);
      const answers = await session.send(
        [
          request("list", "tools/list"),
          call(1, "old__echo", { a: 1 }),
          { jsonrpc: "2.0", method: "notifications/initialized" },
          call(2, "new__echo", { b: 2 }),
          call(3, "nobody__echo"),
          request(4, "no/such/method"),
          { jsonrpc: "2.0", id: "stray", result: {} },
        ],
        accept,
      );
      expect(answers.map(({ id }) => String(id)).sort()).toEqual(["1", "2", "3", "4", "list"]);
      expect(byId(answers, "list").result?.tools).toBeDefined();
      expect(textOf(byId(answers, 1))).toBe('{"a":1}');
      expect(textOf(byId(answers, 2))).toBe('{"b":2}');
      expect(byId(answers, 3).error).toBeDefined();
      expect(byId(answers, 4).error?.code).toBe(-32_601);
      expect([old, modern].map((one) => one.callsOf("echo").length)).toEqual([1, 1]);
      expect(old.bodies.every((body) => !body.trimStart().startsWith("["))).toBe(true);
    });

  test("keeps numbers as they were written", async () => {
    const { hub, old } = await start();
    const session = await Session.open(hub);
    const text = JSON.stringify([call(1, "old__echo", { n: "N" })]);
    await (await session.post(text.replace('"N"', "12345678901234567890"))).text();
    expect(old.bodies.some((body) => body.includes("12345678901234567890"))).toBe(true);
  });

  test("of nothing but notifications and answers is taken with 202", async () => {
    const { hub } = await start();
    const session = await Session.open(hub);
    const response = await session.post(
      JSON.stringify([
        { jsonrpc: "2.0", method: "notifications/initialized" },
        { jsonrpc: "2.0", id: 7, result: {} },
      ]),
    );
    expect([response.status, await response.text()]).toEqual([202, ""]);
  });

  test("hears its server in the middle of a call, and may answer a question in a batch", async () => {
    const { hub, old } = await start();
    old.on("echo", async (one) => {
      one.progress(1);
      const answer = await one.ask("elicitation/create", { message: "?" });
      return textResult(JSON.stringify(answer));
    });
    const session = await Session.open(hub);
    const asked = gate();
    const params = { name: "old__echo", arguments: {}, _meta: { progressToken: 9 } };
    const response = await session.post(
      JSON.stringify([request(1, "tools/call", params), call(2, "new__echo")]),
    );
    let text = "";
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString("utf8");
      const question = messagesIn(text.slice(0, text.lastIndexOf("\n\n") + 2)).find(
        ({ method }) => method === "elicitation/create",
      );
      if (question === undefined) continue;
      asked.open();
      await session.send([{ jsonrpc: "2.0", id: question.id, result: { action: "accept" } }]);
    }
    await asked.opened;
    const messages = messagesIn(text);
    expect(messages.some(({ method }) => method === "notifications/progress")).toBe(true);
    expect(textOf(byId(messages, 1))).toBe('{"action":"accept"}');
    expect(textOf(byId(messages, 2))).toBe("{}");
  });

  test("is judged message by message: what is no message is refused, and the others are answered", async () => {
    const { hub } = await start();
    const session = await Session.open(hub);
    const text = `[1, {"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}, ${JSON.stringify(request(3, "ping"))}, [], ${JSON.stringify(
      request(4, "initialize", { protocolVersion: batchVersion, capabilities: {} }),
    )}]`;
    const answers = messagesIn(await (await session.post(text)).text());
    expect(answers).toHaveLength(5);
    expect(byId(answers, 3).result).toEqual({});
    expect(byId(answers, 4).error?.message).toContain("initialize");
    expect(answers.filter(({ id, error }) => id === null && error !== undefined)).toHaveLength(3);
  });

  test("is refused with 400 when it is empty, broken or too long, and nothing of it is sent", async () => {
    const { hub, old } = await start({ budgets: { batchMessages: 3 } });
    const session = await Session.open(hub);
    const one = JSON.stringify(call(1, "old__echo"));
    for (const body of ["[]", `[${one}`, `[${one}] x`, `[${[one, one, one, one].join(",")}]`]) {
      const response = await session.post(body);
      const { error } = JSON.parse(await response.text());
      expect([response.status, error.code === -32_600 || error.code === -32_700]).toEqual([
        400,
        true,
      ]);
    }
    expect(old.callsOf("echo")).toHaveLength(0);
    expect((await hub.budget("batchMessages")).refused).toBe(1);
  });
});

describe("answers to a batch", () => {
  const kib = 1024;
  /** A hub with one server of many tools, whose list is long. */
  async function withLongLists(budgets: NonNullable<TestHubOptions["budgets"]>) {
    const hub = await TestHub.start({ budgets });
    const tools = Array.from({ length: 300 }, (_, at) => ({
      name: `tool-${at}`,
      description: "x".repeat(kib),
      inputSchema: { type: "object" },
    }));
    const old = await LegacyUpstream.start({ tools });
    await hub.register("old", old);
    return { hub, old, session: await Session.open(hub) };
  }
  const lists = Array.from({ length: 60 }, (_, id) => request(id, "tools/list"));
  const allOf = (messages: readonly Message[]) =>
    messages.filter(({ result }) => (result?.tools as unknown[] | undefined)?.length !== undefined);

  for (const accept of [both, "application/json"])
    test(`are all there however long they are together, for a client that reads and takes ${accept}`, async () => {
      const { hub, session } = await withLongLists({
        streamBytes: 64 * kib,
        batchBytes: 1024 * kib,
      });
      const answers = await session.send(lists, accept);
      expect(answers.map(({ id }) => id).sort((a, b) => Number(a) - Number(b))).toEqual(
        lists.map(({ id }) => id),
      );
      expect(allOf(answers)).toHaveLength(lists.length);
      expect((await hub.budget("streamBytes")).refused).toBe(0);
      expect((await hub.budget("batchBytes")).used).toBe(0);
    });

  test("have room within a share of what all may have, and those without it are errors", async () => {
    const { hub, old } = await start({ budgets: { batchBytes: 1024 * kib } });
    old.on("echo", () => textResult("x".repeat(200 * kib)));
    const session = await Session.open(hub);
    const calls = Array.from({ length: 10 }, (_, id) => call(id, "old__echo"));
    const answers = await session.send(calls, "application/json");
    expect(answers).toHaveLength(10);
    const refused = answers.filter(({ error }) => error?.data?.hubError === "TOO_MANY_BYTES");
    expect(refused).toHaveLength(8);
    expect(answers.filter(({ result }) => result !== undefined)).toHaveLength(2);
    expect(await hub.budget("batchBytes")).toMatchObject({ used: 0, refused: 8 });
  });

  test("are JSON for a client that takes nothing else, also when it takes one request back", async () => {
    const { hub, old } = await start();
    const arrived = gate();
    const letGo = gate();
    old.on("echo", async () => {
      arrived.open();
      await letGo.opened;
      return textResult("late");
    });
    const session = await Session.open(hub);
    const batch = JSON.stringify([call(1, "old__echo"), call(2, "new__echo")]);
    const posted = session.post(batch, "application/json");
    await arrived.opened;
    const params = { requestId: 1, reason: "enough" };
    await session.send([{ jsonrpc: "2.0", method: "notifications/cancelled", params }]);
    const response = await posted;
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(messagesIn(await response.text()).map(({ id }) => id)).toEqual([2]);
    letGo.open();
  });

  test("come through while the hub drains, where a call in flight waits for what a batch holds", async () => {
    const { hub, old } = await start();
    old.on("echo", async (one) =>
      textResult(JSON.stringify(await one.ask("elicitation/create", { message: "?" }))),
    );
    const session = await Session.open(hub);
    const response = await session.post(JSON.stringify([call(1, "old__echo")]));
    let text = "";
    let stopped: Promise<void> | undefined;
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString("utf8");
      const question = messagesIn(text.slice(0, text.lastIndexOf("\n\n") + 2)).find(
        ({ method }) => method === "elicitation/create",
      );
      if (question === undefined || stopped !== undefined) continue;
      const told = JSON.stringify([
        { jsonrpc: "2.0", id: question.id, result: { action: "accept" } },
        call(2, "old__echo"),
      ]);
      const posting = session.begin();
      await until("the batch to begin", async () => {
        posting.write(" ");
        return (await hub.budget("receivedBytes")).used > 0;
      });
      stopped = hub.stop();
      await until("nobody to be let in", () =>
        fetch(`${hub.url}/healthz`).then(
          () => false,
          () => true,
        ),
      );
      const answers = messagesIn(await posting.end(told));
      expect(byId(answers, 2).error?.data?.hubError).toBe("HUB_STOPPING");
    }
    await stopped;
    expect(textOf(byId(messagesIn(text), 1))).toBe('{"action":"accept"}');
  });
});

describe("a batch elsewhere", () => {
  for (const version of ["2024-11-05", "2025-06-18", "2025-11-25"])
    test(`is refused with 400 in a session of ${version}`, async () => {
      const { hub, old } = await start();
      const session = await Session.open(hub, version);
      const response = await session.post(JSON.stringify([call(1, "old__echo")]));
      expect(response.status).toBe(400);
      expect(await response.text()).toContain(batchVersion);
      expect(old.callsOf("echo")).toHaveLength(0);
    });

  test("is refused with 400 without a session, where the server keeps it, and in 2026-07-28; with 404 in one nobody knows", async () => {
    const { hub, old } = await start();
    const body = JSON.stringify([call(1, "old__echo")]);
    const post = (path: string, headers: Record<string, string> = {}) =>
      fetch(`${hub.url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", accept: both, ...headers },
        body,
      }).then(({ status }) => status);
    expect(await post("/mcp")).toBe(400);
    expect(await post("/mcp", { "mcp-protocol-version": "2026-07-28" })).toBe(400);
    expect(await post("/servers/old/mcp", { "mcp-session-id": "its-own" })).toBe(400);
    expect(await post("/mcp", { "mcp-session-id": "hub-nobody" })).toBe(404);
    expect(old.callsOf("echo")).toHaveLength(0);
  });
});

describe("a batch in a session with a server itself", () => {
  async function startOne(version = batchVersion, options: TestHubOptions = {}) {
    const hub = await TestHub.start(options);
    const old = await LegacyUpstream.start();
    old.agreesOn = version;
    await hub.register("old", old);
    return { hub, old, session: await Session.open(hub, batchVersion, "/servers/old/mcp") };
  }

  for (const accept of [both, "application/json"])
    test(`waits for a server that restarts, call by call, for a client that takes ${accept}`, async () => {
      const { hub, old, session } = await startOne(batchVersion, { limits: { restartMs: 60_000 } });
      const all = await Session.open(hub);
      await session.send([call(0, "echo")]);
      await all.send([call(0, "old__echo")]);
      await old.stop();
      const batches = [
        session.send([call(1, "echo", { n: 1 }), call(2, "echo", { n: 2 })], accept),
        all.send([call(1, "old__echo", { n: 3 }), request(2, "tools/list")], accept),
      ];
      await until("the calls to wait", async () => {
        return (await hub.budget("allRestartCalls")).used === 3;
      });
      await old.start();
      const [own = [], hubs = []] = await Promise.all(batches);
      expect([1, 2].map((id) => textOf(byId(own, id)))).toEqual(['{"n":1}', '{"n":2}']);
      expect(textOf(byId(hubs, 1))).toBe('{"n":3}');
      expect(byId(hubs, 2).result?.tools).toBeDefined();
      expect(old.callsOf("echo")).toHaveLength(5);
      expect((await hub.budget("allRestartCalls")).used).toBe(0);
    });

  test("waits no longer than its calls would one by one", async () => {
    const { old, session } = await startOne(batchVersion, { limits: { restartMs: 300 } });
    await old.stop();
    const answers = await session.send([call(1, "echo"), call(2, "echo")]);
    for (const id of [1, 2])
      expect(byId(answers, id).error).toMatchObject({
        code: -31_001,
        message: expect.stringContaining("The call waited"),
        data: { mayHaveRun: false },
      });
    expect(old.callsOf("echo")).toHaveLength(0);
  });

  for (const accept of [both, "application/json"])
    test(`is split, and each message crosses as it was written, for a client that takes ${accept}`, async () => {
      const { hub, old, session } = await startOne();
      const text = JSON.stringify([
        request("list", "tools/list"),
        call(1, "echo", { n: "N" }),
        { jsonrpc: "2.0", method: "notifications/initialized" },
        call("two", "echo"),
        { jsonrpc: "2.0", id: "stray", result: {} },
        request(4, "initialize", { protocolVersion: batchVersion, capabilities: {} }),
      ]).replace('"N"', "12345678901234567890");
      const response = await session.post(text, accept);
      expect(response.status).toBe(200);
      const answers = messagesIn(await response.text());
      expect(answers.map(({ id }) => String(id)).sort()).toEqual(["1", "4", "list", "two"]);
      expect(byId(answers, "list").result?.tools).toBeDefined();
      expect(textOf(byId(answers, "two"))).toBe("{}");
      expect(byId(answers, 4).error?.message).toContain("initialize");
      expect(
        old.bodies.some(
          (body) => body.includes('"id":1,') && body.includes("12345678901234567890"),
        ),
      ).toBe(true);
      expect(old.bodies.every((body) => !body.trimStart().startsWith("["))).toBe(true);
      expect(old.clientSessions).toHaveLength(1);
      await until("no call to be in flight", async () => (await hub.inFlight("old")) === 0);
    });

  test("hears its server in the middle of a call under the server's own ids, and answers in a batch", async () => {
    const { old, session } = await startOne();
    old.on("echo", async (one) => {
      one.progress(1);
      return textResult(JSON.stringify(await one.ask("elicitation/create", { message: "?" })));
    });
    const params = { name: "echo", arguments: {}, _meta: { progressToken: 9 } };
    const response = await session.post(
      JSON.stringify([request(1, "tools/call", params), request(2, "ping")]),
    );
    let text = "";
    let isAsked = false;
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString("utf8");
      const question = messagesIn(text.slice(0, text.lastIndexOf("\n\n") + 2)).find(
        ({ method }) => method === "elicitation/create",
      );
      if (question === undefined || isAsked) continue;
      isAsked = true;
      expect(question.id).toBe(1);
      const answer = { jsonrpc: "2.0", id: question.id, result: { action: "accept" } };
      const told = await session.post(JSON.stringify([answer]));
      expect(told.status).toBe(202);
    }
    const messages = messagesIn(text);
    expect(messages.some(({ method }) => method === "notifications/progress")).toBe(true);
    const answers = messages.filter(({ result }) => result !== undefined);
    expect(textOf(byId(answers, 1))).toBe('{"action":"accept"}');
    expect(byId(answers, 2).result).toEqual({});
  });

  test("of nothing but notifications is taken with 202, and reaches the server", async () => {
    const { old, session } = await startOne();
    const note = { jsonrpc: "2.0", method: "notifications/x" };
    const response = await session.post(JSON.stringify([note, note]));
    expect([response.status, await response.text()]).toEqual([202, ""]);
    await until(
      "both to arrive",
      () => old.bodies.filter((one) => one.includes("/x")).length === 2,
    );
  });

  for (const refusal of [
    { status: 404, code: -32_001 },
    { status: 400, code: -32_000 },
  ])
    test(`is answered with 404 when its server says ${refusal.status} to every request, and a session opened anew takes it`, async () => {
      const { hub, old, session } = await startOne();
      old.refusal = refusal;
      old.forget();
      const body = JSON.stringify([call(1, "echo"), call(2, "echo")]);
      for (const accept of [both, "application/json"])
        expect((await session.post(body, accept)).status).toBe(404);
      const again = await Session.open(hub, batchVersion, "/servers/old/mcp");
      expect(await again.send(JSON.parse(body))).toHaveLength(2);
    });

  for (const version of ["2024-11-05", "2025-06-18", "2025-11-25"])
    test(`is refused with 400 when the server agreed on ${version}, whatever the client asked for`, async () => {
      const { old, session } = await startOne(version);
      const response = await session.post(JSON.stringify([call(1, "echo")]));
      expect([response.status, await response.text()]).toEqual([
        400,
        expect.stringContaining(batchVersion),
      ]);
      expect(old.callsOf("echo")).toHaveLength(0);
    });

  test("goes to the instance that has the session", async () => {
    const hub = await TestHub.start();
    const serviceKey = "shared by both instances";
    const all = [await LegacyUpstream.start(), await LegacyUpstream.start()];
    for (const [at, one] of all.entries()) {
      one.agreesOn = batchVersion;
      await hub.announce("old", one.endpoint, { serviceKey, instanceId: `i-${at}` });
    }
    await hub.whenUp("old", all.length);
    const path = "/servers/old/mcp";
    const sessions = [1, 2, 3, 4].map(() => Session.open(hub, batchVersion, path));
    for (const session of await Promise.all(sessions)) {
      const answers = await session.send([call(1, "echo"), call(2, "echo")]);
      expect(answers.filter(({ result }) => result !== undefined)).toHaveLength(2);
    }
    expect(all.every((one) => one.callsOf("echo").length > 0)).toBe(true);
  });
});

describe("a server that answers with a JSON array", () => {
  for (const version of [batchVersion, "2025-11-25"])
    for (const framing of ["application/json", "text/event-stream"]) {
      const isTaken = version === batchVersion;
      test(`is ${isTaken ? "" : "not "}understood in a session of ${version}, as ${framing}`, async () => {
        const hub = await TestHub.start();
        const old = await LegacyUpstream.start({ tools: ["echo"], capabilities: { tools: {} } });
        old.intercept = (_, response) => {
          const end = response.end.bind(response);
          const spoken = (body?: unknown) =>
            typeof body === "string" ? body.replace('"2025-11-25"', `"${version}"`) : body;
          // What the server agrees on is all that is changed here.
          response.end = ((body?: unknown) => end(spoken(body))) as typeof end;
          return false;
        };
        const level = { level: "info", data: "x" };
        old.on("echo", ({ id, response }) => {
          const log = { jsonrpc: "2.0", method: "notifications/message", params: level };
          const all = [log, { jsonrpc: "2.0", id, result: textResult("among others") }];
          if (framing === "application/json") sendJson(response, 200, all);
          else
            response
              .writeHead(200, { "content-type": framing })
              .end(`data: ${JSON.stringify(all)}\n\n`);
          return undefined;
        });
        await hub.register("old", old);
        for (const client of [await LegacyClient.open(hub.url), new ModernClient(hub.url)]) {
          const { response } = await client.call("old__echo").done;
          if (isTaken) expect(textOf(response)).toBe("among others");
          else expect(response.error?.data).toMatchObject({ hubError: "ANSWER_INVALID" });
        }
      });
    }
});
