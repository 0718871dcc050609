import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  type Message,
  ModernClient,
  ModernUpstream,
  type Payload,
  TestHub,
  type TestHubOptions,
  textOf,
  textResult,
  type UpstreamCall,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const capabilities = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
const question = { mode: "form", message: "Sure?", requestedSchema: { type: "object" } };
const yes = { action: "accept", content: { sure: "yes" } };

async function asks(call: UpstreamCall): Promise<Payload> {
  const answer = await call.ask("elicitation/create", question);
  return textResult(JSON.stringify(answer));
}

async function legacyServer(options: TestHubOptions = {}) {
  const hub = await TestHub.start(options);
  const upstream = await LegacyUpstream.start({ tools: ["asks", "also", "echo"] });
  upstream.on("asks", asks).on("also", asks);
  await hub.register("old", upstream);
  return { hub, upstream, client: new ModernClient(hub.url, { capabilities }) };
}

type Asked = {
  readonly state: string;
  readonly requests: Readonly<
    Record<string, { readonly method: string; readonly params: Payload }>
  >;
};

/** The wish for input in an answer; fails when there is none. */
function inputOf({ result }: Message): Asked {
  expect(result).toMatchObject({ resultType: "input_required", requestState: expect.any(String) });
  return {
    state: String(result?.requestState),
    requests: result?.inputRequests as Asked["requests"], // by the revision
  };
}

function answering({ state, requests }: Asked, answer: Payload = yes) {
  const keys = Object.keys(requests);
  return {
    requestState: state,
    inputResponses: Object.fromEntries(keys.map((key) => [key, answer])),
  };
}

describe("a modern client and a legacy server that asks back", () => {
  test("the call is held, the question goes out as an input-required result, and the answer resumes the same call", async () => {
    const { hub, upstream, client } = await legacyServer();
    const asked = inputOf((await client.call("old__asks").done).response);
    expect(Object.values(asked.requests)).toEqual([
      { method: "elicitation/create", params: question },
    ]);
    const again = await client.call("old__asks", {}, answering(asked)).done;
    expect(again.response.result).toMatchObject({ resultType: "complete" });
    expect(JSON.parse(textOf(again.response))).toEqual(yes);
    expect(upstream.callsOf("asks")).toHaveLength(1);
    await until("the server's session to end", () => upstream.clientSessions.length === 0);
    expect(await hub.inFlight("old")).toBe(0);
  });

  test("progress of each round carries that round's token", async () => {
    const { upstream, client } = await legacyServer();
    upstream.on("asks", async (call) => {
      call.progress(1);
      await call.ask("elicitation/create", question);
      call.progress(2);
      return textResult("done");
    });
    const call = (token: string, more: Payload = {}) =>
      client.call("old__asks", {}, { ...more, _meta: { progressToken: token } }).done;
    const first = await call("one");
    const second = await call("two", answering(inputOf(first.response)));
    const tokens = [first, second].map(({ messages }) =>
      messages.flatMap(({ params }) => params?.progressToken ?? []),
    );
    expect(tokens).toEqual([["one"], ["two"]]);
  });

  test("a hold that runs out cancels the call at the server, frees everything and refuses the late answer", async () => {
    const { hub, upstream, client } = await legacyServer({ limits: { holdMs: 150 } });
    const asked = inputOf((await client.call("old__asks").done).response);
    const [call] = upstream.callsOf("asks");
    await until("the server to hear of it", () => call?.isCancelled);
    await until("the server's session to end", () => upstream.clientSessions.length === 0);
    expect(upstream.deleted).toContain(call?.sessionId);
    expect(await hub.inFlight("old")).toBe(0);
    const late = await client.call("old__asks", {}, answering(asked)).done;
    expect(late.response.error).toMatchObject({ code: -32_602 });
    expect(upstream.callsOf("asks")).toHaveLength(1);
  });

  test("a state that was tampered with is refused and leaves the held call alone", async () => {
    const { upstream, client } = await legacyServer();
    const asked = inputOf((await client.call("old__asks").done).response);
    const [payload = "", signature = ""] = asked.state.split(".");
    const forged = Buffer.from(
      JSON.stringify({
        ...JSON.parse(Buffer.from(payload, "base64url").toString()),
        expiresAt: Number.MAX_SAFE_INTEGER,
      }),
    ).toString("base64url");
    for (const state of [`${forged}.${signature}`, `${asked.state}x`, payload, "", "a.b.c"]) {
      const refused = await client.call("old__asks", {}, answering({ ...asked, state })).done;
      expect(refused.response.error).toMatchObject({ code: -32_602 });
    }
    const good = await client.call("old__asks", {}, answering(asked)).done;
    expect(good.response.result).toMatchObject({ resultType: "complete" });
    expect(upstream.callsOf("asks")).toHaveLength(1);
  });

  test("a state is good for the call it was given for and for no other tool or arguments", async () => {
    const { client } = await legacyServer();
    const asked = inputOf((await client.call("old__asks").done).response);
    for (const [tool, given] of [
      ["old__also", {}],
      ["old__asks", { other: 1 }],
    ] as const) {
      const refused = await client.call(tool, given, answering(asked)).done;
      expect(refused.response.error).toMatchObject({ code: -32_602 });
    }
    const good = await client.call("old__asks", {}, answering(asked)).done;
    expect(good.response.result).toMatchObject({ resultType: "complete" });
  });

  test("of two retries with one state one wins, and the server is answered once", async () => {
    const { upstream, client } = await legacyServer();
    const asked = inputOf((await client.call("old__asks").done).response);
    const retries = await Promise.all(
      [1, 2].map(() => client.call("old__asks", {}, answering(asked)).done),
    );
    const codes = retries.map(({ response }) => response.error?.code ?? "won");
    expect(codes.sort()).toEqual([-32_602, "won"]);
    expect(upstream.count("POST answer")).toBe(1);
  });

  test("two questions at once are asked together", async () => {
    const { upstream, client } = await legacyServer();
    upstream.on("asks", async (call) => {
      const answers = await Promise.all([
        call.ask("elicitation/create", question),
        call.ask("roots/list"),
      ]);
      return textResult(JSON.stringify(answers));
    });
    const asked = inputOf((await client.call("old__asks").done).response);
    expect(Object.values(asked.requests).map(({ method }) => method)).toEqual([
      "elicitation/create",
      "roots/list",
    ]);
    const [first = "", second = ""] = Object.keys(asked.requests);
    const inputResponses = { [first]: yes, [second]: { roots: [] } };
    const done = await client.call("old__asks", {}, { requestState: asked.state, inputResponses })
      .done;
    expect(JSON.parse(textOf(done.response))).toEqual([yes, { roots: [] }]);
  });

  test("an answer that is missing is asked for again, and only that one", async () => {
    const { upstream, client } = await legacyServer();
    upstream.on("asks", async (call) => {
      const answers = await Promise.all([
        call.ask("elicitation/create", question),
        call.ask("roots/list"),
      ]);
      return textResult(JSON.stringify(answers));
    });
    const asked = inputOf((await client.call("old__asks").done).response);
    const [first = "", second = ""] = Object.keys(asked.requests);
    const half = { requestState: asked.state, inputResponses: { [second]: { roots: [] } } };
    const again = inputOf((await client.call("old__asks", {}, half).done).response);
    expect(Object.keys(again.requests)).toEqual([first]);
    expect(again.state).not.toBe(asked.state);
    const done = await client.call("old__asks", {}, answering(again)).done;
    expect(JSON.parse(textOf(done.response))).toEqual([yes, { roots: [] }]);
  });

  test("a client without the capability is never asked, and its session upstream claims no more than it said", async () => {
    const { hub, upstream } = await legacyServer();
    const client = new ModernClient(hub.url, { capabilities: { roots: {} } });
    let seen: Payload = {};
    upstream.on("asks", async (call) => {
      seen = upstream.sessions.get(call.sessionId ?? "")?.capabilities ?? {};
      return call.ask("elicitation/create", question).catch(({ message }) => textResult(message));
    });
    const { response } = await client.call("old__asks").done;
    expect(response.result).toMatchObject({ resultType: "complete" });
    expect(seen).toEqual({ roots: {} });
  });

  test("closing the retry takes the call back", async () => {
    const { upstream, client } = await legacyServer();
    upstream.on("asks", async (call) => {
      await call.ask("elicitation/create", question);
      call.progress(2);
      return undefined;
    });
    const asked = inputOf((await client.call("old__asks").done).response);
    const retry = client.call(
      "old__asks",
      {},
      { ...answering(asked), _meta: { progressToken: 1 } },
    );
    await retry.opened;
    retry.close();
    await until("the server to hear of it", () => upstream.callsOf("asks")[0]?.isCancelled);
    await until("the server's session to end", () => upstream.clientSessions.length === 0);
  });

  test("a server that answers while its question is open still gives its result to the client that comes back", async () => {
    const { upstream, client } = await legacyServer();
    upstream.on("asks", async (call) => {
      void call.ask("elicitation/create", question);
      await until("the question to be out", () => upstream.count("POST tools/call") === 2);
      return textResult("never mind");
    });
    upstream.on("echo", () => textResult(""));
    const asked = inputOf((await client.call("old__asks").done).response);
    await client.call("old__echo").done;
    const done = await client.call("old__asks", {}, answering(asked)).done;
    expect(textOf(done.response)).toBe("never mind");
  });

  for (const budgets of [{ heldCalls: 4 }, { heldBytes: 6_000 }])
    test(`of more calls than ${Object.keys(budgets)} allow to be held the new one ends, and those that wait go on`, async () => {
      const { upstream, client } = await legacyServer({ budgets });
      const note = "x".repeat(800);
      const asked: Asked[] = [];
      for (let one = 0; one < 2; one += 1)
        asked.push(inputOf((await client.call("old__asks", { one, note }).done).response));
      const refused = await client.call("old__asks", { one: 2, note }).done;
      expect(refused.status).toBe(429);
      expect(refused.headers["retry-after"]).toBe("30");
      expect(refused.response.error?.data).toMatchObject({
        hubError: "TOO_MANY_HELD_CALLS",
        mayHaveRun: true,
      });
      await until("the new one to be cancelled", () => upstream.callsOf("asks")[2]?.isCancelled);
      const answers = await Promise.all(
        asked.map((held, one) => client.call("old__asks", { one, note }, answering(held)).done),
      );
      expect(answers.map(({ response }) => response.error?.code)).toEqual([undefined, undefined]);
      // What was given back is free again.
      expect((await client.call("old__asks", { one: 3, note }).done).status).toBe(200);
    });
});

describe("a legacy client and a modern server that wants input", () => {
  const wants = (call: UpstreamCall): Payload => {
    const responses = call.params.inputResponses;
    if (responses !== undefined)
      return textResult(JSON.stringify([responses, call.params.requestState]));
    return {
      resultType: "input_required",
      inputRequests: {
        sure: { method: "elicitation/create", params: question },
        where: { method: "roots/list" },
      },
      requestState: 'kept "as it is"',
    };
  };

  test("what it wants is asked as requests on the call's stream, and the call is made again with the answers and the exact state", async () => {
    const hub = await TestHub.start();
    const upstream = (await ModernUpstream.start({ tools: ["wants"] })).on("wants", wants);
    await hub.register("new", upstream);
    const client = await LegacyClient.open(hub.url, {
      capabilities,
      onAsked: ({ method }) => (method === "roots/list" ? { roots: [] } : yes),
    });
    const { messages, response } = await client.call("new__wants").done;
    expect(messages.map(({ method }) => method)).toEqual([
      "elicitation/create",
      "roots/list",
      undefined,
    ]);
    expect(JSON.parse(textOf(response))).toEqual([
      { sure: yes, where: { roots: [] } },
      'kept "as it is"',
    ]);
    expect(response.result?.resultType).not.toBe("input_required");
    const claimed = upstream
      .callsOf("wants")
      .map(({ params }) => params._meta?.["io.modelcontextprotocol/clientCapabilities"]);
    expect(claimed).toEqual([capabilities, capabilities]);
  });

  test("a server that never has enough is stopped with an error that says so", async () => {
    const hub = await TestHub.start();
    const upstream = await ModernUpstream.start({ tools: ["wants"] });
    upstream.on("wants", () => ({
      resultType: "input_required",
      inputRequests: { where: { method: "roots/list" } },
    }));
    await hub.register("new", upstream);
    const client = await LegacyClient.open(hub.url, {
      capabilities,
      onAsked: () => ({ roots: [] }),
    });
    const { response } = await client.call("new__wants").done;
    expect(response.error?.data).toMatchObject({ hubError: "ANSWER_INVALID" });
  });
});
