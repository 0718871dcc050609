import {
  ask,
  closeAll,
  type Exchange,
  gate,
  LegacyClient,
  LegacyUpstream,
  type Message,
  ModernClient,
  ModernUpstream,
  TestHub,
  textOf,
  textResult,
  UpstreamCall,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const most = 2;
const capabilities = { elicitation: { form: {} } };
const question = { mode: "form", message: "?", requestedSchema: { type: "object" } };
const accepted = { action: "accept", content: {} };

/** A hub that lets two calls at a time work at one server, which asks in the middle of each. */
async function start(era: "2025" | "2026") {
  const hub = await TestHub.start({ budgets: { callsInFlight: most } });
  const tools = ["asks", "echo", "slow"];
  if (era === "2026") {
    const upstream = await ModernUpstream.start({ tools });
    upstream.on("asks", ({ params }) =>
      params.inputResponses === undefined
        ? {
            resultType: "input_required",
            inputRequests: { q: { method: "elicitation/create", params: question } },
            requestState: "s",
          }
        : textResult("done"),
    );
    await hub.register("one", upstream);
    return { hub, upstream };
  }
  const upstream = await LegacyUpstream.start({ tools });
  upstream.on("asks", async (call) => {
    await call.ask("elicitation/create", question);
    return textResult("done");
  });
  await hub.register("one", upstream);
  return { hub, upstream };
}

type Asked = { readonly client: LegacyClient; readonly call: Exchange; readonly asked: Message[] };

/** A client of 2025 whose person takes their time. */
async function askedClient(hub: TestHub, path: string, tool: string): Promise<Asked> {
  const asked: Message[] = [];
  const onAsked = (message: Message) => {
    asked.push(message);
    return undefined;
  };
  const client = await LegacyClient.open(hub.url, { path, capabilities, onAsked });
  return { client, call: client.call(tool), asked };
}

for (const [era, path, tool] of [
  ["2025", "/servers/one/mcp", "asks"],
  ["2025", "/mcp", "one__asks"],
  ["2026", "/servers/one/mcp", "asks"],
  ["2026", "/mcp", "one__asks"],
] as const) {
  const echo = tool.replace("asks", "echo");
  describe(`calls of 2025 clients that a server of ${era} asks back, at ${path}`, () => {
    test("all finish, though they are many times as many as may be in flight", async () => {
      const { hub } = await start(era);
      const all = await Promise.all(
        Array.from({ length: 4 * most }, () => askedClient(hub, path, tool)),
      );
      await until("everybody to be asked", () => all.every(({ asked }) => asked.length === 1));
      // Whoever comes now is served while all these people think.
      const newcomer = await LegacyClient.open(hub.url, { path });
      expect(textOf(await newcomer.ask("tools/call", { name: echo, arguments: {} }))).toBe("{}");
      expect((await newcomer.ask("ping")).result).toEqual({});
      for (const { client, asked } of all)
        expect(await client.answer(asked[0]?.id, accepted)).toBe(202);
      for (const { call } of all) expect(textOf((await call.done).response)).toBe("done");
      expect(await hub.inFlight("one")).toBe(0);
    });

    test("are taken back while they wait, and leave nothing behind", async () => {
      const { hub } = await start(era);
      const all = await Promise.all(
        Array.from({ length: 2 * most }, () => askedClient(hub, path, tool)),
      );
      await until("everybody to be asked", () => all.every(({ asked }) => asked.length === 1));
      for (const { client, call, asked } of all) {
        call.close();
        // An answer that comes too late gives back no place twice.
        await client.answer(asked[0]?.id, accepted);
      }
      const newcomer = await LegacyClient.open(hub.url, { path });
      const calls = Array.from({ length: 3 * most }, () => newcomer.call(echo));
      for (const one of calls) expect(textOf((await one.done).response)).toBe("{}");
    });
  });
}

for (const era of ["2025", "2026"] as const) {
  test(`calls of 2026 clients that a server of ${era} asks back all finish, many times as many as may be in flight`, async () => {
    const { hub } = await start(era);
    const client = new ModernClient(hub.url, { capabilities });
    const asked = await Promise.all(
      Array.from({ length: 4 * most }, () => client.call("one__asks").done),
    );
    expect(textOf((await client.call("one__echo").done).response)).toBe("{}");
    const done = asked.map(({ response }) => {
      const { inputRequests, requestState } = response.result ?? {};
      const [key = ""] = Object.keys((inputRequests ?? {}) as object); // what the hub asks
      const inputResponses = { [key]: accepted };
      return client.call("one__asks", {}, { inputResponses, requestState }).done;
    });
    for (const one of done) expect(textOf((await one).response)).toBe("done");
  });
}

for (const [path, prefix] of [
  ["/servers/one/mcp", ""],
  ["/mcp", "one__"],
] as const) {
  describe(`a server of 2025 that asks in its own way, at ${path}`, () => {
    /** Lets the server ask on the session's stream, while the answer to the call is silent. */
    const onStream = (upstream: LegacyUpstream, call: UpstreamCall) => {
      const session = upstream.sessions.get(call.sessionId ?? "");
      const stream = session?.stream;
      if (session === undefined || stream === undefined) throw new Error("it listens to nothing");
      return ask(session, "elicitation/create", question, new UpstreamCall({}, {}, stream));
    };

    test("keeps no place while it asks on the session's stream", async () => {
      const { hub, upstream } = await start("2025");
      if (!(upstream instanceof LegacyUpstream)) throw new Error("it is of 2025");
      upstream.on("asks", async (call) => {
        await onStream(upstream, call);
        return textResult("done");
      });
      const asked: { readonly client: LegacyClient; readonly id: Message["id"] }[] = [];
      const calls: Exchange[] = [];
      for (let one = 0; one < 3 * most; one += 1) {
        const client: LegacyClient = await LegacyClient.open(hub.url, {
          path,
          capabilities,
          onAsked: ({ id }) => {
            asked.push({ client, id });
            return undefined;
          },
        });
        await client.listen();
        calls.push(client.call(`${prefix}asks`));
      }
      await until("everybody to be asked", () => asked.length === calls.length);
      const newcomer = await LegacyClient.open(hub.url, { path });
      expect(textOf((await newcomer.call(`${prefix}echo`).done).response)).toBe("{}");
      for (const { client, id } of asked) await client.answer(id, accepted);
      for (const call of calls) expect(textOf((await call.done).response)).toBe("done");
    });

    test("may ask hundreds of times in one call, and be answered twice each time", async () => {
      const { hub, upstream } = await start("2025");
      const times = 100;
      upstream.on("asks", async (call) => {
        for (let one = 0; one < times; one += 1) await call.ask("elicitation/create", question);
        return textResult("done");
      });
      const open = async () => {
        const client: LegacyClient = await LegacyClient.open(hub.url, {
          path,
          capabilities,
          onAsked: ({ id }) => {
            void client.answer(id, accepted).then(() => client.answer(id, accepted));
            return undefined;
          },
        });
        return client;
      };
      const clients = await Promise.all([open(), open()]);
      const done = clients.map((client) => client.call(`${prefix}asks`).done);
      for (const one of done) expect(textOf((await one).response)).toBe("done");
      // Nothing of it is counted twice: as many as ever work at a time, and no more.
      const held = gate();
      upstream.on("slow", async () => {
        await held.opened;
        return textResult("slow");
      });
      const [client] = clients;
      const slow = Array.from({ length: 2 * most }, () => client?.call(`${prefix}slow`));
      await until("them to be there", async () => (await hub.inFlight("one")) === slow.length);
      await until("the places to be taken", () => upstream.callsOf("slow").length >= most);
      expect(upstream.callsOf("slow")).toHaveLength(most);
      held.open();
      for (const one of slow) expect(textOf((await one?.done)?.response ?? {})).toBe("slow");
    });

    test("keeps only its own calls waiting when it asks and never ends", async () => {
      const { hub, upstream } = await start("2025");
      upstream.on("asks", (call) => {
        call.ask("elicitation/create", question).catch(() => undefined);
        return undefined;
      });
      const all = await Promise.all(
        Array.from({ length: 3 * most }, () => askedClient(hub, path, `${prefix}asks`)),
      );
      await until("everybody to be asked", () => all.every(({ asked }) => asked.length === 1));
      const newcomer = await LegacyClient.open(hub.url, { path });
      expect(textOf((await newcomer.call(`${prefix}echo`).done).response)).toBe("{}");
      for (const { call } of all) call.close();
    });
  });
}

describe("at one server's endpoint, while its calls are at work and keep every place", () => {
  test("a newcomer's greeting, pings, answers and cancellations do not wait", async () => {
    const { hub, upstream } = await start("2025");
    const held = gate();
    upstream.on("slow", async () => {
      await held.opened;
      return textResult("slow");
    });
    const path = "/servers/one/mcp";
    const asked = await askedClient(hub, path, "asks");
    await until("the question", () => asked.asked.length === 1);
    const busy = await LegacyClient.open(hub.url, { path });
    const slow = Array.from({ length: 2 * most }, (_, id) => busy.call("slow", {}, { id }));
    await until("the places to be taken", () => upstream.callsOf("slow").length === most);
    const newcomer = await LegacyClient.open(hub.url, { path });
    expect((await newcomer.ask("ping")).result).toEqual({});
    expect(await newcomer.notify("notifications/roots/list_changed")).toBe(202);
    // Which of them came first is chance: each has a connection of its own.
    const [atWork] = upstream.callsOf("slow");
    expect(await busy.notify("notifications/cancelled", { requestId: atWork?.id })).toBe(202);
    expect(atWork?.isCancelled).toBe(true);
    // The answered call goes on at once, though there is no place: it runs already.
    expect(await asked.client.answer(asked.asked[0]?.id, accepted)).toBe(202);
    expect(textOf((await asked.call.done).response)).toBe("done");
    expect(await newcomer.end()).toBe(200);
    expect(upstream.callsOf("slow")).toHaveLength(most);
    held.open();
    for (const one of slow) expect(textOf((await one.done).response)).toBe("slow");
  });

  test("a question is known by its structure, however it is written", async () => {
    const { hub, upstream } = await start("2025");
    const texts = [
      `{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":${JSON.stringify(question)}}`,
      `{ "params" : ${JSON.stringify({ ...question, message: "x".repeat(200_000) })},\r\ndata: "\\u006dethod":"elicitation\\/create",\ndata:"\\u0069d": 7 ,"jsonrpc":"2.0"}`,
    ];
    for (const text of texts) {
      const answered = gate();
      upstream.on("asks", async ({ response }) => {
        response.writeHead(200, { "content-type": "Text/Event-Stream;charset=utf-8" });
        response.write(`: hello\r\rid: 1\ndata: ${text}\r\n\r\n`);
        await answered.opened;
        return textResult("done");
      });
      const path = "/servers/one/mcp";
      const clients = await Promise.all(
        Array.from({ length: 2 * most }, () => LegacyClient.open(hub.url, { path, capabilities })),
      );
      const calls = clients.map((client) => client.call("asks"));
      await until(
        "all to be at the server",
        () => upstream.callsOf("asks").filter(({ isClosed }) => !isClosed).length >= calls.length,
      );
      answered.open();
      for (const call of calls) expect((await call.done).text).toContain("done");
      upstream.calls.length = 0;
    }
  });
});
