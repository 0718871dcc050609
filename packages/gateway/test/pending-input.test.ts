import {
  closeAll,
  gate,
  LegacyClient,
  LegacyUpstream,
  type Message,
  ModernClient,
  ModernUpstream,
  metaKey,
  type Params,
  type Payload,
  TestHub,
  textResult,
  type UpstreamCall,
  until,
} from "@hub/testing";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const runs = Math.min(60, Number(process.env.HUB_PROPERTY_RUNS ?? 20));
const heldBytes = 64_000;
const capabilities = { elicitation: { form: {} } };
const accepted = { action: "accept", content: {} };
const wantsLogs = { _meta: { [metaKey("logLevel")]: "debug" } };
const tooMany = -31_023;

const question = (message: string) => ({
  mode: "form",
  message,
  requestedSchema: { type: "object", properties: {} },
});

/** What a server does while its client is away. */
const steps = fc.array(
  fc.tuple(
    fc.constantFrom("asks" as const, "logs" as const, "reports" as const),
    fc.constantFrom(10, 3_000, 20_000, 40_000),
    fc.constantFrom("x", "é", "界"),
  ),
  { maxLength: 8 },
);
type Steps = typeof steps extends fc.Arbitrary<infer Value> ? Value : never;

function take(call: UpstreamCall, all: Steps): void {
  for (const [what, length, letter] of all) {
    const text = letter.repeat(length);
    if (what === "asks") call.ask("elicitation/create", question(text)).catch(() => undefined);
    else if (what === "logs") call.log(text);
    else call.progress(1, text);
  }
}

describe("a call that waits for its client", () => {
  async function start() {
    const hub = await TestHub.start({ budgets: { heldBytes } });
    const upstream = await LegacyUpstream.start({ tools: ["asks"] });
    await hub.register("one", upstream);
    const client = new ModernClient(hub.url, { capabilities });
    const call = async (more: Params = {}): Promise<Message> =>
      (await client.call("one__asks", {}, { ...wantsLogs, ...more }).done).response;
    return { hub, upstream, call };
  }

  /** A call that was asked something, and whose server goes on with the rest now. */
  async function away(
    { upstream, call }: Awaited<ReturnType<typeof start>>,
    all: Steps,
    text: string,
  ) {
    const left = gate();
    upstream.on("asks", async (one) => {
      one.ask("elicitation/create", question("first")).catch(() => undefined);
      await left.opened;
      take(one, all);
      return textResult(text);
    });
    const { result } = await call();
    expect(result?.resultType).toBe("input_required");
    left.open();
    const { requestState, inputRequests } = result as Params;
    const keys = Object.keys(inputRequests as object); // what an input-required result has
    const inputResponses = Object.fromEntries(keys.map((key) => [key, accepted]));
    return () => call({ requestState, inputResponses });
  }

  test("keeps what its server sends meanwhile within the budget, and ends when there is more", async () => {
    const one = await start();
    const { hub } = one;
    const lengths = fc.constantFrom(1, 100, 20_000, 40_000);
    await fc.assert(
      fc.asyncProperty(steps, lengths, async (all, length) => {
        const before = await hub.budget("heldBytes");
        expect(before.used).toBe(0);
        const comeBack = await away(one, all, "x".repeat(length));
        await until("the call to be over", async () => (await hub.inFlight("one")) === 0);
        const { used, refused } = await hub.budget("heldBytes");
        expect(used).toBeLessThanOrEqual(heldBytes / 2);
        const { result, error } = await comeBack();
        const sent = all.reduce<number>((sum, [, count]) => sum + 3 * count, length);
        if (sent < heldBytes / 4) expect(error).toBeUndefined();
        if (length > heldBytes / 2) expect(result).toBeUndefined();
        if (error === undefined) {
          expect(result).toMatchObject({ content: [{ text: "x".repeat(length) }] });
          expect(used).toBeGreaterThan(length);
        } else {
          expect(error).toMatchObject({ code: tooMany, data: { mayHaveRun: true } });
          expect(refused).toBeGreaterThan(before.refused);
        }
      }),
      { numRuns: runs },
    );
    expect((await hub.budget("heldBytes")).used).toBe(0);
  });

  test("hears so under the id it came back with, and its server that it was ended, when a question is too much", async () => {
    const { hub, upstream, call } = await start();
    const left = gate();
    upstream.on("asks", async (one) => {
      one.ask("elicitation/create", question("first")).catch(() => undefined);
      await left.opened;
      take(one, [["asks", 40_000, "x"]]);
      return undefined;
    });
    const { result } = await call();
    left.open();
    await until("the server to hear of it", () => upstream.calls.every((one) => one.isCancelled));
    await until("its session to be ended", () => upstream.deleted.length > 0);
    expect((await call({ requestState: result?.requestState })).error?.code).toBe(tooMany);
    expect(await hub.budget("heldBytes")).toMatchObject({ used: 0, refused: 1 });
    expect(await hub.budget("heldCalls")).toMatchObject({ used: 0 });
    // It came back for it: nothing is left.
    expect((await call({ requestState: result?.requestState })).error?.code).toBe(-32_602);
  });

  test("whose time is up while nobody waits for it says so to the client that comes back", async () => {
    const hub = await TestHub.start({ limits: { callTimeoutMs: 100, callCapMs: 300 } });
    const upstream = await LegacyUpstream.start({ tools: ["asks"] });
    upstream.on("asks", (one) => {
      one.ask("elicitation/create", question("first")).catch(() => undefined);
      return undefined;
    });
    await hub.register("one", upstream);
    const client = new ModernClient(hub.url, { capabilities });
    // On a machine that does much else its time may be up before its server has asked.
    const requestState = await until("the question", async () => {
      const { result } = await client.ask("tools/call", { name: "one__asks", arguments: {} });
      return result?.requestState;
    });
    await until("its time to be up", () => upstream.calls.every((one) => one.isCancelled));
    const back = client.call("one__asks", {}, { requestState });
    const { response } = await back.done;
    expect(response.error?.data).toMatchObject({ hubError: "CALL_TIMED_OUT" });
    expect(upstream.calls.map(({ id }) => id)).not.toContain(response.id);
  });
});

test("what a modern server and its 2025 client send while the one waits for the other counts too", async () => {
  const hub = await TestHub.start({ budgets: { heldBytes } });
  const upstream = await ModernUpstream.start({ tools: ["asks"] });
  await hub.register("one", upstream);
  const asks = (requestState: string) =>
    upstream.on("asks", ({ params }) => {
      if (params.inputResponses !== undefined) return textResult("done");
      const asked = { method: "elicitation/create", params: question("?") };
      return { resultType: "input_required", inputRequests: { q: asked }, requestState };
    });
  const answers: Payload[] = [];
  const client = await LegacyClient.open(hub.url, { capabilities, onAsked: () => answers.pop() });
  const call = async () => (await client.call("one__asks").done).response;
  const large = "x".repeat(heldBytes / 2);
  const small = "x".repeat(heldBytes / 5);
  for (const [state, answer, isTooMuch] of [
    [large, small, true],
    [small, large, true],
    [small, small, false],
  ] as const) {
    asks(state);
    answers.push({ action: "accept", content: { answer } });
    const { error } = await call();
    expect(error?.code).toBe(isTooMuch ? tooMany : undefined);
    answers.length = 0;
    expect(await hub.budget("heldBytes")).toMatchObject({ used: 0 });
  }
  expect(await hub.budget("heldBytes")).toMatchObject({ refused: 2 });
});
