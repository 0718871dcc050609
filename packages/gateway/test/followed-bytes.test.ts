import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  TestHub,
  until,
} from "@hub/testing";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";

afterEach(closeAll);

const runs = Math.min(40, Number(process.env.HUB_PROPERTY_RUNS ?? 8));
const followedBytes = 100_000;
const updated = "notifications/resources/updated";
const offer = { resources: [{ uri: "test://a", name: "a" }] };

const uri = (number: number, length: number) => `test://${number}/${"y".repeat(length)}`;

/** What one client follows, or stops to: numbers of URIs and how long they are. */
const wishes = fc.record({
  address: fc.constantFrom("127.0.0.2", "127.0.0.3"),
  isModern: fc.boolean(),
  wanted: fc.array(fc.tuple(fc.nat({ max: 20 }), fc.constantFrom(1, 500, 8_000)), {
    maxLength: 12,
  }),
  unwanted: fc.array(fc.nat({ max: 20 }), { maxLength: 4 }),
});

for (const [era, start] of [
  ["2025", () => LegacyUpstream.start(offer)],
  ["2026", () => ModernUpstream.start(offer)],
] as const)
  test(`whatever clients follow of a ${era} server, they get no more room than there is, and give it back`, async () => {
    const hub = await TestHub.start({ budgets: { followedBytes } });
    await hub.register("one", await start());
    const used = async () => (await hub.budget("followedBytes")).used;
    await fc.assert(
      fc.asyncProperty(fc.array(wishes, { minLength: 1, maxLength: 4 }), async (all) => {
        let least = 0;
        const ends: (() => unknown)[] = [];
        for (const { address: localAddress, isModern, wanted, unwanted } of all) {
          const uris = wanted.map(([number, length]) => uri(number, length));
          const taken = new Set<string>();
          if (isModern) {
            const stream = await new ModernClient(hub.url, { localAddress }).listen({
              resourceSubscriptions: uris,
            });
            ends.push(() => stream.close());
            await until("it to be acknowledged", () => stream.messages.length > 0);
            const { notifications } = stream.messages[0]?.params ?? {};
            const { resourceSubscriptions = [] } = notifications as {
              readonly resourceSubscriptions?: readonly string[];
            }; // as the acknowledgement has it
            for (const one of resourceSubscriptions) taken.add(one);
          } else {
            const client = await LegacyClient.open(hub.url, { localAddress });
            ends.push(() => client.end());
            for (const one of uris) {
              const { status, response } = await client.send("resources/subscribe", { uri: one })
                .done;
              if (response.error === undefined) taken.add(one);
              else {
                // Who asked for it anew does not follow it any more.
                taken.delete(one);
                expect(status).toBe(429);
                expect(response.error).toMatchObject({
                  code: -31_027,
                  data: { hubError: "TOO_MANY_FOLLOWED", mayHaveRun: false },
                });
              }
            }
            for (const number of unwanted)
              for (const one of [...taken].filter((text) => text.startsWith(uri(number, 0)))) {
                await client.ask("resources/unsubscribe", { uri: one });
                taken.delete(one);
              }
          }
          for (const one of taken) least += one.length;
          expect(await used()).toBeGreaterThanOrEqual(least);
          expect(await used()).toBeLessThanOrEqual(followedBytes);
        }
        for (const end of ends) await end();
        await until("the room to be given back", async () => (await used()) === 0);
      }),
      { numRuns: runs },
    );
  });

test("one address that follows all it may leaves room for another, and keeps hearing of what it follows", async () => {
  const hub = await TestHub.start({ budgets: { followedBytes } });
  const upstream = await LegacyUpstream.start(offer);
  await hub.register("one", upstream);
  const greedy = await LegacyClient.open(hub.url, { localAddress: "127.0.0.2" });
  const stream = await greedy.listen();
  const first = uri(0, 100);
  await greedy.ask("resources/subscribe", { uri: first });
  // Nobody who follows is kept waiting for long until the server knows.
  await until("the server to know", () => upstream.subscriptions.includes(`subscribe ${first}`));
  let refused = 0;
  for (let number = 1; number <= 20; number += 1) {
    const { error } = await greedy.ask("resources/subscribe", { uri: uri(number, 8_000) });
    if (error !== undefined) refused += 1;
  }
  expect(refused).toBeGreaterThan(10);
  expect(await hub.budget("followedBytes")).toMatchObject({ by: "127.0.0.2", refused });
  const other = await LegacyClient.open(hub.url, { localAddress: "127.0.0.3" });
  expect((await other.ask("resources/subscribe", { uri: uri(1, 8_000) })).error).toBeUndefined();
  upstream.announce(updated, { uri: first });
  await until("it to be told", () => stream.named(updated).length === 1);
});

test("ids of tasks have their room: those used longest ago make room, and all of it is given back", async () => {
  const taskBytes = 20_000;
  const hub = await TestHub.start({ budgets: { taskBytes } });
  const upstream = await LegacyUpstream.start({ tools: ["starts"] });
  const id = (number: number) => `${number}-${"i".repeat(900)}`;
  let last = 0;
  upstream.on("starts", () => {
    last += 1;
    return { task: { taskId: id(last), status: "working" } };
  });
  await hub.register("one", upstream);
  // At the endpoint of several servers, only what is remembered says which of them runs a task.
  const client = await LegacyClient.open(hub.url);
  const isKnown = async (number: number) =>
    !(await client.ask("tasks/get", { taskId: id(number) })).error?.message.startsWith(
      "Unknown task",
    );
  const begin = () =>
    client.ask("tools/call", { name: "one__starts", arguments: {}, task: { ttl: 60_000 } });
  for (let number = 1; number <= 30; number += 1) {
    await begin();
    // What is asked for stays.
    expect(await isKnown(1)).toBe(true);
  }
  expect(await isKnown(30)).toBe(true);
  expect(await isKnown(2)).toBe(false);
  const { used, refused } = await hub.budget("taskBytes");
  expect(used).toBeLessThanOrEqual(taskBytes / 2);
  expect(refused).toBeGreaterThan(10);
  await client.end();
  expect(await hub.budget("taskBytes")).toMatchObject({ used: 0 });
});
