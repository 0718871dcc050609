import {
  closeAll,
  gate,
  type Lease,
  LegacyClient,
  LegacyUpstream,
  type Message,
  ModernClient,
  ModernUpstream,
  TestHub,
  type TestHubOptions,
  textOf,
  textResult,
  type Upstream,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const serviceKey = "the key of all instances";

/** Two instances of one server, each of which says which it is. */
async function pair(era: "legacy" | "modern", options: TestHubOptions = {}) {
  const hub = await TestHub.start(options);
  const instances: Upstream[] = [];
  const leases: Lease[] = [];
  for (const which of ["first", "second"]) {
    const start = { tools: ["who", "slow", "break"], capabilities: { tools: {} } };
    const upstream: Upstream =
      era === "legacy" ? await LegacyUpstream.start(start) : await ModernUpstream.start(start);
    upstream.on("who", () => textResult(which));
    instances.push(upstream);
    leases.push(await hub.announce("twins", upstream.endpoint, { serviceKey }));
  }
  await hub.whenUp("twins", 2);
  const [first, second] = instances;
  const [firstLease, secondLease] = leases;
  if (!first || !second || !firstLease || !secondLease) throw new Error("There are two");
  return { hub, first, second, firstLease, secondLease };
}

const who = async (client: LegacyClient | ModernClient) =>
  textOf((await client.call("twins__who").done).response);

describe("two instances of one server", () => {
  test("share the calls of modern clients", async () => {
    const { hub, first, second } = await pair("modern");
    const client = new ModernClient(hub.url);
    await Promise.all(Array.from({ length: 40 }, () => who(client)));
    for (const instance of [first, second])
      expect(instance.callsOf("who").length).toBeGreaterThanOrEqual(15);
  });

  test("the less busy one gets the next call", async () => {
    const { hub, first, second } = await pair("modern");
    const client = new ModernClient(hub.url);
    const held = gate();
    for (const instance of [first, second])
      instance.on("slow", async () => {
        await held.opened;
        return textResult("slow");
      });
    const slow = client.call("twins__slow");
    await until(
      "the slow call",
      () => first.callsOf("slow").length + second.callsOf("slow").length,
    );
    const isFirst = first.callsOf("slow").length === 1;
    for (let one = 0; one < 6; one += 1)
      expect(await who(client)).toBe(isFirst ? "second" : "first");
    held.open();
    await slow.done;
  });

  test("one that cannot be connected to costs nothing: the call goes to the other", async () => {
    for (const era of ["modern", "legacy"] as const) {
      const { hub, first, second } = await pair(era);
      await first.stop();
      const clients = [new ModernClient(hub.url), await LegacyClient.open(hub.url)];
      for (const client of clients)
        for (let one = 0; one < 4; one += 1) expect(await who(client)).toBe("second");
      expect(second.callsOf("who")).toHaveLength(8);
    }
  });

  test("a call whose bytes were sent is never made a second time", async () => {
    for (const era of ["modern", "legacy"] as const) {
      const { hub, first, second } = await pair(era);
      for (const instance of [first, second])
        instance.on("break", ({ response }) => {
          response.destroy();
          return undefined;
        });
      const clients = [new ModernClient(hub.url), await LegacyClient.open(hub.url)];
      for (const [index, client] of clients.entries()) {
        const { response } = await client.call("twins__break").done;
        expect(response.error?.data).toMatchObject({
          hubError: "CONNECTION_LOST",
          mayHaveRun: true,
        });
        const made = first.callsOf("break").length + second.callsOf("break").length;
        expect(made).toBe(index + 1);
      }
    }
  });

  test("a legacy session stays with its instance, also while that drains", async () => {
    const { hub, first, second, firstLease, secondLease } = await pair("legacy");
    const client = await LegacyClient.open(hub.url);
    const home = await who(client);
    for (let one = 0; one < 6; one += 1) expect(await who(client)).toBe(home);
    await hub.drain(home === "first" ? firstLease : secondLease);
    expect(await who(client)).toBe(home);
    const newcomer = await LegacyClient.open(hub.url);
    expect(await who(newcomer)).not.toBe(home);
    expect([first, second].map((one) => one.callsOf("who").length).sort()).toEqual([1, 8]);
  });

  test("a legacy session moves on when its instance has left", async () => {
    const { hub, firstLease, secondLease } = await pair("legacy");
    const client = await LegacyClient.open(hub.url);
    const home = await who(client);
    await hub.deregister(home === "first" ? firstLease : secondLease);
    expect(await who(client)).not.toBe(home);
  });

  test("one that drains gets no new calls, and its calls in flight end well", async () => {
    const { hub, first, firstLease, second } = await pair("modern");
    const client = new ModernClient(hub.url);
    const held = gate();
    for (const instance of [first, second])
      instance.on("slow", async () => {
        await held.opened;
        return textResult("slow");
      });
    const slow = [client.call("twins__slow"), client.call("twins__slow")];
    await until("a call at each", () => [first, second].every((one) => one.callsOf("slow").length));
    await hub.drain(firstLease);
    await Promise.all(
      Array.from({ length: 10 }, async () => expect(await who(client)).toBe("second")),
    );
    held.open();
    for (const { done } of slow) expect(textOf((await done).response)).toBe("slow");
    expect(first.callsOf("who")).toHaveLength(0);
  });

  test("a held call resumes at the instance that asked", async () => {
    const { hub, first, second } = await pair("legacy");
    for (const instance of [first, second])
      instance.on("slow", async (call) => {
        const answer = await call.ask("elicitation/create", { mode: "form", message: "?" });
        return textResult(String(answer.action));
      });
    const client = new ModernClient(hub.url, { capabilities: { elicitation: { form: {} } } });
    const asked = await Promise.all(
      Array.from({ length: 4 }, (_, one) => client.call("twins__slow", { one }).done),
    );
    const answers = await Promise.all(
      asked.map(({ response: { result } }, one) => {
        const keys = Object.keys((result as NonNullable<Message["result"]>).inputRequests ?? {}); // asked above
        const inputResponses = Object.fromEntries(keys.map((key) => [key, { action: "accept" }]));
        const more = { requestState: result?.requestState, inputResponses };
        return client.call("twins__slow", { one }, more).done;
      }),
    );
    expect(answers.map(({ response }) => textOf(response))).toEqual(Array(4).fill("accept"));
    expect(first.callsOf("slow").length + second.callsOf("slow").length).toBe(4);
  });
});
