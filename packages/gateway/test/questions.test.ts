import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  type Message,
  ModernUpstream,
  type Payload,
  TestHub,
  textOf,
  textResult,
  type UpstreamCall,
  until,
} from "@hub/testing";
import { afterAll, describe, expect, test } from "vitest";

// Each test has a hub of its own, and some wait for a time limit.
afterAll(closeAll);

/** So many may be open in a session, and half of them of one server. */
const questions = 6;
const capabilities = { elicitation: { form: {} } };
const question = { mode: "form", message: "?", requestedSchema: { type: "object" } };
const accepted = { action: "accept", content: {} };
const tooMany = -31_024;

type Upstream = LegacyUpstream | ModernUpstream;

/** Asks in the middle of a call, as each revision does. */
function asks({ call, done }: { call: UpstreamCall; done: (answer: Payload) => Payload }) {
  if (call.sessionId !== undefined)
    return call.ask("elicitation/create", question).then(done, (error: Error) => ({
      content: [{ type: "text", text: `refused: ${error.message}` }],
    }));
  const { q } = (call.params.inputResponses ?? {}) as { readonly q?: Payload }; // what is asked below
  if (q !== undefined) return done(q);
  return {
    resultType: "input_required",
    inputRequests: { q: { method: "elicitation/create", params: question } },
    requestState: "s",
  };
}

/** A client whose person answers nothing by themselves. */
async function openClient(hub: TestHub) {
  const asked: Message[] = [];
  const onAsked = (message: Message) => {
    asked.push(message);
    return undefined;
  };
  const client = await LegacyClient.open(hub.url, { capabilities, onAsked });
  return { client, asked };
}

async function start(era: "2025" | "2026", name: string, hub: TestHub): Promise<Upstream> {
  const of = era === "2025" ? LegacyUpstream : ModernUpstream;
  const upstream = await of.start({ tools: ["asks", "echo"] });
  upstream.on("asks", (call) => asks({ call, done: (given) => textResult(JSON.stringify(given)) }));
  await hub.register(name, upstream);
  return upstream;
}

/** How a call ends that its server has asked something in the middle of. */
const ends: Readonly<
  Record<string, (call: UpstreamCall, id: number, client: LegacyClient) => unknown>
> = {
  "its client takes it back": (_, id, client) =>
    client.notify("notifications/cancelled", { requestId: id }),
  "its server answers all the same": (call) => call.answer({ result: textResult("done") }),
  "its server breaks off": (call) => call.response.destroy(),
};

describe.concurrent("a question is over with its call", () => {
  for (const era of ["2025", "2026"] as const)
    for (const [how, end] of Object.entries(ends)) {
      // A server of 2026 has answered when its client is asked.
      if (era === "2026" && how !== "its client takes it back") continue;
      test(`when ${how}: a server of ${era} may ask as often as before`, async () => {
        const hub = await TestHub.start({ budgets: { questions } });
        const upstream = await start(era, "one", hub);
        const { client, asked } = await openClient(hub);
        for (let round = 1; round <= 2 * questions; round += 1) {
          client.call("one__asks", {}, { id: 1_000 + round });
          await until("the client to be asked", () => asked.length === round);
          const [call] = upstream.calls.slice(-1);
          if (call !== undefined) await end(call, 1_000 + round, client);
          await until("the call to be over", async () => (await hub.inFlight("one")) === 0);
        }
        const last = client.call("one__asks");
        await until("the client to be asked", () => asked.length === 2 * questions + 1);
        await client.answer(asked.at(-1)?.id, accepted);
        expect(JSON.parse(textOf((await last.done).response))).toEqual(accepted);
        expect(await hub.budget("questions")).toMatchObject({ used: 0, refused: 0 });
      });
    }

  for (const era of ["2025", "2026"] as const)
    test(`when its time is up: a server of ${era} may ask as often as before`, async () => {
      const hub = await TestHub.start({
        budgets: { questions },
        // Before that the client is asked, also on a busy machine.
        limits: { callTimeoutMs: 3_000, callCapMs: 4_000 },
      });
      await start(era, "one", hub);
      const { client, asked } = await openClient(hub);
      const half = questions / 2;
      for (let round = 1; round <= 3; round += 1) {
        const calls = Array.from({ length: half }, () => client.call("one__asks").done);
        for (const { response } of await Promise.all(calls))
          expect(response.error?.data).toMatchObject({ hubError: "CALL_TIMED_OUT" });
        expect(asked).toHaveLength(half * round);
        await hub.whenUp("one");
      }
      expect(await hub.budget("questions")).toMatchObject({ used: 0, refused: 0 });
    });
});

describe.concurrent("what a server asks outside of calls", () => {
  async function listening() {
    // The hub looks twice in this time for what leads nowhere; a client that is slow to listen has it whole.
    const hub = await TestHub.start({ budgets: { questions }, limits: { sessionIdleMs: 4_000 } });
    const upstream = await LegacyUpstream.start();
    const lease = await hub.register("one", upstream);
    const { client, asked } = await openClient(hub);
    const stream = await client.listen();
    await client.call("one__echo").done;
    const [session] = upstream.clientSessions;
    if (session === undefined) throw new Error("no session with the server");
    const refused: Message[] = [];
    const ask = (id: number) => {
      session.questions.set(id, (answer) => refused.push(answer));
      const message = { jsonrpc: "2.0", id, method: "elicitation/create", params: question };
      session.stream?.write(`data: ${JSON.stringify(message)}\n\n`);
    };
    return { hub, upstream, lease, client, asked, stream, session, ask, refused };
  }

  test("takes at most half of its client's places, and others get theirs", async () => {
    const { hub, asked, client, ask, refused } = await listening();
    await start("2025", "two", hub);
    for (let id = 1; id <= 3 * questions; id += 1) ask(id);
    await until("the rest to be refused", () => refused.length === 2.5 * questions);
    expect(refused.every(({ error }) => error?.code === tooMany)).toBe(true);
    expect(await hub.budget("questions")).toMatchObject({ used: questions / 2 });
    const call = client.call("two__asks");
    await until("the other to ask", () => asked.length === questions / 2 + 1);
    await client.answer(asked.at(-1)?.id, accepted);
    expect(JSON.parse(textOf((await call.done).response))).toEqual(accepted);
  });

  test("is over when the server takes it back, which the client hears under the id it knows", async () => {
    const { hub, asked, stream, session, ask, refused } = await listening();
    const cancel = (requestId: number) => {
      const params = { requestId, reason: "no matter" };
      const message = { jsonrpc: "2.0", method: "notifications/cancelled", params };
      session.stream?.write(`data: ${JSON.stringify(message)}\n\n`);
    };
    for (let id = 1; id <= 3 * questions; id += 1) {
      ask(id);
      // What nobody was asked is nobody's to hear of.
      cancel(id + 1_000);
      cancel(id);
      await until(
        "it to be taken back",
        () => stream.named("notifications/cancelled").length === id,
      );
    }
    expect(stream.named("notifications/cancelled").map(({ params }) => params)).toEqual(
      asked.map(({ id }) => ({ requestId: id, reason: "no matter" })),
    );
    expect(asked).toHaveLength(3 * questions);
    expect(refused).toEqual([]);
    expect(await hub.budget("questions")).toMatchObject({ used: 0, refused: 0 });
  });

  test("is over when the session with the server is", async () => {
    const { hub, client, upstream, ask } = await listening();
    for (let id = 1; id <= questions; id += 1) ask(id);
    const used = async () => (await hub.budget("questions")).used;
    await until("the client to be asked", async () => (await used()) === questions / 2);
    upstream.forget();
    await client.call("one__echo").done;
    expect(await used()).toBe(0);
  });

  test("is over when the server has left", async () => {
    const { hub, lease, ask } = await listening();
    for (let id = 1; id <= questions; id += 1) ask(id);
    const used = async () => (await hub.budget("questions")).used;
    await until("the client to be asked", async () => (await used()) === questions / 2);
    await hub.deregister(lease);
    await until("the places to be free", async () => (await used()) === 0);
  });

  test("is refused when it is called by more than can be kept", async () => {
    const { hub, session, refused } = await listening();
    const id = "x".repeat(5_000);
    const answered = (answer: Message) => refused.push(answer);
    session.questions.set(Number.NaN, answered);
    const message = { jsonrpc: "2.0", id, method: "elicitation/create", params: question };
    session.stream?.write(`data: ${JSON.stringify(message)}\n\n`);
    await until("it to be refused", () => refused.length === 1);
    expect(refused[0]).toMatchObject({ id, error: { code: -32_600 } });
    expect(await hub.budget("questions")).toMatchObject({ used: 0 });
  });
});

test("a question that a 2025 server takes back in the middle of a call is over, and the call goes on", async () => {
  const hub = await TestHub.start({ budgets: { questions } });
  const upstream = await LegacyUpstream.start({ tools: ["asks"] });
  upstream.on("asks", async (call) => {
    for (let round = 1; round <= 2 * questions; round += 1) {
      const asking = { jsonrpc: "2.0", id: `q${round}`, method: "elicitation/create" } as const;
      call.send({ ...asking, params: question });
      call.send({ method: "notifications/cancelled", params: { requestId: `q${round}` } });
    }
    return textResult("done without");
  });
  await hub.register("one", upstream);
  const { client, asked } = await openClient(hub);
  const call = client.call("one__asks");
  expect(textOf((await call.done).response)).toBe("done without");
  expect(asked).toHaveLength(2 * questions);
  expect(call.named("notifications/cancelled").map(({ params }) => params?.requestId)).toEqual(
    asked.map(({ id }) => id),
  );
  expect(await hub.budget("questions")).toMatchObject({ used: 0, refused: 0 });
});
