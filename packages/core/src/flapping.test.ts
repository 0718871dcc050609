import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answered, snapshotOf, World } from "../test/world.js";
import {
  afterReading,
  afterWord,
  type Found,
  flappingOf,
  mayRead,
  type Pace,
  quietPace,
} from "./flapping.js";
import { jsonBytes } from "./history.js";
import { createSnapshot } from "./snapshot.js";

const usualMs = 300_000;
const at = (hub: number) => ({ hub, wall: 1_000_000 + hub, steady: 1_000_000 + hub });

/** Reads at each of these moments, and finds each time what is told. */
function readings(found: Found, ...moments: readonly number[]): Pace {
  return moments.reduce(
    (pace, moment) => afterReading(pace, found, at(moment), usualMs),
    quietPace,
  );
}

const every = (ms: number, count: number) => Array.from({ length: count }, (_, n) => n * ms);

describe("the pace of a server", () => {
  test("changes a few times a minute, for ever, are nothing to speak of", () => {
    for (const pace of [
      readings("other", ...every(15_000, 1_000)),
      readings("other", ...every(1_000, 20)),
      readings("other", ...every(1_000, 20), ...every(15_000, 100).map((ms) => ms + 60_000)),
    ])
      expect(flappingOf(pace)).toBeUndefined();
  });

  test("more of them are flapping, since the first of them and so often", () => {
    expect(flappingOf(readings("other", ...every(1_000, 22)))).toEqual({
      since: 1_000_000,
      changes: 22,
    });
    const slower = readings("other", ...every(10_000, 100));
    expect(flappingOf(slower)?.since).toBe(1_000_000);
  });

  test("what is only said counts as well, when it made the hub read", () => {
    let pace = quietPace;
    for (const moment of every(1_000, 22))
      pace = afterReading(afterWord(pace, at(moment)), "same", at(moment), usualMs);
    expect(flappingOf(pace)?.changes).toBe(22);
    const unasked = readings("same", ...every(1_000, 100));
    expect(flappingOf(unasked)).toBeUndefined();
  });

  test("it is read as often as a quiet one, then half as often, then a quarter", () => {
    let pace = readings("other", ...every(0, 21));
    let now = 0;
    const waits: number[] = [];
    for (let reading = 0; reading < 5; reading += 1) {
      const before = now;
      while (!mayRead(pace, now)) now += 1_000;
      waits.push(now - before);
      pace = afterReading(pace, "other", at(now), usualMs);
    }
    expect(waits).toEqual([1, 2, 4, 4, 4].map((times) => times * usualMs));
  });

  test("it ends when it stays the same, and not while it says that it does not", () => {
    const flapping = readings("other", ...every(1_000, 22));
    const calm = afterReading(flapping, "same", at(usualMs + 30_000), usualMs);
    expect(flappingOf(calm)).toBeDefined();
    expect(flappingOf(afterReading(calm, "same", at(2 * usualMs + 30_000), usualMs))).toBe(
      undefined,
    );
    const said = afterWord(calm, at(usualMs + 40_000));
    const still = afterReading(said, "same", at(2 * usualMs + 30_000), usualMs);
    expect(flappingOf(still)).toMatchObject({ changes: 23 });
    const unread = afterReading(calm, "nothing", at(2 * usualMs + 30_000), usualMs);
    expect(flappingOf(unread)).toBeDefined();
  });

  test("whatever a server does, it is read and told of no more often than its pace allows", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            afterMs: fc.oneof(
              fc.integer({ min: 0, max: 2_000 }),
              fc.integer({ min: 0, max: 900_000 }),
            ),
            says: fc.boolean(),
            found: fc.constantFrom<Found>("same", "other", "nothing"),
          }),
          { maxLength: 400 },
        ),
        (life) => {
          let pace = quietPace;
          let now = 0;
          let costly = 0;
          for (const { afterMs, says, found } of life) {
            now += afterMs;
            if (says) pace = afterWord(pace, at(now));
            if (!mayRead(pace, now)) continue;
            const wasQuiet = flappingOf(pace) === undefined;
            if (wasQuiet && (found === "other" || pace.isSaid)) costly += 1;
            pace = afterReading(pace, found, at(now), usualMs);
          }
          // Eight at once, one in fifteen seconds, and the one with which it begins to flap.
          const episodes = now / (2 * usualMs) + 1;
          expect(costly).toBeLessThanOrEqual(20 + now / 15_000 + episodes);
        },
      ),
      { numRuns: Number(process.env.HUB_PROPERTY_RUNS ?? 500) },
    );
  });
});

const endpoint = "http://127.0.0.1:8002/mcp";
const made = new Map<number, ReturnType<typeof createSnapshot>>();
/** Twenty tools with long descriptions, others for each mark. */
function large(mark: number): ReturnType<typeof createSnapshot> {
  const snapshot = made.get(mark) ?? described(mark);
  made.set(mark, snapshot);
  return snapshot;
}

const described = (mark: number) =>
  createSnapshot({
    era: "modern",
    protocolVersion: "2026-07-28",
    serverInfo: { name: "fake" },
    capabilities: { tools: {} },
    tools: Array.from({ length: 20 }, (_, index) => ({
      name: `tool${index}`,
      description: `${mark} ${"x".repeat(3_500)}`,
    })),
    resources: [],
    resourceTemplates: [],
    prompts: [],
  });

/** Counts what a server costs in one hour: it is asked when it says so, and when its time comes. */
async function anHourOf(offer: (second: number) => ReturnType<typeof large>) {
  const world = await World.create();
  world.answering.add(endpoint);
  await world.register({ name: "alpha", endpoint, transport: "http" });
  let readings = 0;
  let bytes = 0;
  const commit = world.store.commit.bind(world.store);
  world.store.commit = (write) => {
    bytes += jsonBytes(write);
    return commit(write);
  };
  for (let second = 0; second < 3_600; second += 1) {
    world.clock.advance(1_000);
    const snapshot = offer(second);
    // As the refresher does, for each announcement.
    const isSaid = second % 2 === 0 && offer(second + 1).hash !== snapshot.hash;
    const asked = isSaid && world.registry.saysItChanged("alpha");
    const tasks = [
      ...(asked ? world.registry.takeProbes("alpha") : []),
      ...world.registry.takeDueProbes(10),
    ];
    for (const task of tasks) {
      if (task.full) readings += 1;
      world.registry.recordProbe(task, answered(task.target, task.full ? snapshot : undefined));
    }
    if (second % 5 === 0) world.registry.sweep();
    await world.registry.drain();
  }
  const changed = world.events.filter(({ kind }) => kind === "capabilities-changed");
  return { world, readings, bytes, commits: world.store.commits, changed };
}

describe("a server that flaps", () => {
  test("costs what a quiet one costs, but for the few changes until it is known to flap", async () => {
    const quiet = await anHourOf(() => large(0));
    const offers = [large(0), large(1)];
    const flapping = await anHourOf((second) => offers[second % 2] ?? large(0));
    expect(flapping.readings - quiet.readings).toBeLessThanOrEqual(23);
    expect(flapping.commits - quiet.commits).toBeLessThanOrEqual(23);
    const once = jsonBytes(offers[0]);
    expect(flapping.bytes - quiet.bytes).toBeLessThanOrEqual(23 * 2 * once);
    const stepsKept = await flapping.world.registry.changes("alpha", { limit: 1_000 });
    expect(stepsKept.changes.length).toBeLessThanOrEqual(24);
  });

  test("is told of once when it begins and once when it ends, and shown in between", async () => {
    const { world, changed } = await anHourOf((second) =>
      second < 600 ? large(second % 7) : large(1_000),
    );
    const told = changed.flatMap(({ seq, ...event }) =>
      event.kind === "capabilities-changed" && event.flapping !== undefined ? [event.flapping] : [],
    );
    expect(told.map(({ state }) => state)).toEqual(["began", "ended"]);
    expect(changed.length).toBeLessThanOrEqual(24);
    expect(flappingOf(world.registry.get("alpha")?.pace)).toBeUndefined();
    // The last event is of the difference to what was stored when it began.
    expect(changed.at(-1)).toMatchObject({ changed: 20, hash: large(1_000).hash });
    const stored = await world.store.kept.load();
    expect(stored.snapshots.get("alpha")?.hash).toBe(large(1_000).hash);
  });

  test("beats that each announce something else have it read no more often either", async () => {
    const world = await World.create();
    world.answering.add(endpoint);
    const { lease } = await world.register({
      name: "alpha",
      endpoint,
      transport: "http",
      lease: {},
    });
    let readings = 0;
    for (let step = 0; step < 600; step += 1) {
      world.clock.advance(1_000);
      world.registry.renew(lease?.id ?? "", { capabilitiesHash: `${step}` });
      for (const task of world.registry.takeDueProbes(10)) {
        if (task.full) readings += 1;
        world.registry.recordProbe(
          task,
          answered(task.target, task.full ? snapshotOf("a") : undefined),
        );
      }
    }
    expect(readings).toBeLessThanOrEqual(24);
    expect(flappingOf(world.registry.get("alpha")?.pace)?.changes).toBeGreaterThan(500);
  });

  test("registering again and again has it read no more often", async () => {
    const world = await World.create();
    world.answering.add(endpoint);
    let readings = 0;
    for (let step = 0; step < 1_200; step += 1) {
      await world.register({ name: "alpha", endpoint, transport: "http" });
      world.clock.advance(1_000);
      for (const task of world.registry.takeDueProbes(10)) {
        if (task.full) readings += 1;
        world.registry.recordProbe(
          task,
          answered(task.target, task.full ? snapshotOf(`tool${step}`) : undefined),
        );
      }
      await world.registry.drain();
    }
    expect(readings).toBeLessThanOrEqual(26);
  });

  test("a probe that somebody asks for reads it, though not every time", async () => {
    const offers = [large(0), large(1)];
    const { world } = await anHourOf((second) => offers[second % 2] ?? large(0));
    expect(flappingOf(world.registry.get("alpha")?.pace)).toBeDefined();
    const [first] = world.registry.takeProbes("alpha");
    expect(first?.full).toBe(true);
    if (first !== undefined) world.registry.recordProbe(first, answered(first.target, large(7)));
    expect(world.registry.get("alpha")?.snapshot?.hash).toBe(large(7).hash);
    expect(world.registry.takeProbes("alpha")[0]?.full).toBe(false);
  });

  test("a store that cannot write holds no more than one change of it", async () => {
    const world = await World.create();
    world.answering.add(endpoint);
    await world.register({ name: "alpha", endpoint, transport: "http" });
    await world.pass(2_000);
    const before = world.store.commits;
    world.store.isFailing = true;
    const held: number[] = [];
    for (let step = 0; step < 300; step += 1) {
      for (const task of world.registry.takeProbes("alpha"))
        world.registry.recordProbe(task, answered(task.target, large(step % 7)));
      world.clock.advance(20_000);
      await world.registry.drain();
      const use = world.budgets.report().find(({ name }) => name === "unwrittenBytes")?.used ?? 0;
      held.push(use);
    }
    expect(Math.max(...held)).toBeLessThan(5_000);
    world.store.isFailing = false;
    world.registry.sweep();
    await world.registry.drain();
    expect(world.store.commits).toBe(before + 1);
    expect((await world.store.kept.load()).snapshots.get("alpha")?.hash).toBe(large(299 % 7).hash);
    // One step, from what was stored to what is there now.
    expect((await world.registry.changes("alpha", { limit: 10 })).changes).toHaveLength(1);
  });
});
