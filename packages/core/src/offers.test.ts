import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answered, World } from "../test/world.js";
import { warningsFor } from "./explain.js";
import { type CapabilitySnapshot, createSnapshot } from "./snapshot.js";

const kib = 1_024;

/** Something to offer of about so many bytes. */
function offering(bytes: number, version = 1): CapabilitySnapshot {
  return createSnapshot({
    era: "modern",
    protocolVersion: "2026-07-28",
    serverInfo: { name: "fake" },
    capabilities: { tools: {} },
    tools: [
      { name: `tool_${version}`, description: "x".repeat(bytes), inputSchema: { type: "object" } },
    ],
    resources: [],
    resourceTemplates: [],
    prompts: [],
  });
}

const placeOf = (index: number) => `http://127.0.0.1:${9_000 + index}/mcp`;
const idOf = (index: number) => `server-${index}`;

async function join(world: World, index: number, bytes: number): Promise<void> {
  world.answering.add(placeOf(index));
  world.offers.set(placeOf(index), offering(bytes));
  await world.register({
    name: `server ${index}`,
    endpoint: placeOf(index),
    transport: "http",
  });
  await world.pass(1_000);
}

async function readAgain(world: World, index: number): Promise<void> {
  for (const task of world.registry.takeProbes(idOf(index)))
    world.registry.recordProbe(task, world.look(task.target));
  await world.registry.drain();
}

function report(world: World) {
  const row = world.budgets.report().find(({ name }) => name === "allSnapshotBytes");
  if (row === undefined) throw new Error("There is no such budget.");
  return row;
}

const kept = (world: World) =>
  world.registry
    .list()
    .flatMap(({ record, snapshot }) => (snapshot === undefined ? [] : record.id));

/** Whose warnings say that there is no room for what they offer. */
const told = (world: World) =>
  world.registry.list().flatMap(({ record, instances }) => {
    const now = world.registry.now().hub;
    const warnings = instances.flatMap(({ health }) => warningsFor(health, now));
    return warnings.join().includes("MCP_HUB_MAX_ALL_SNAPSHOT_BYTES") ? record.id : [];
  });

describe("the offers of all servers together", () => {
  test("have a budget: a newcomer over it is up without them, and says why", async () => {
    const world = await World.create({}, { allSnapshotBytes: 150 * kib });
    await join(world, 1, 100 * kib);
    await join(world, 2, 100 * kib);
    expect(kept(world)).toEqual(["server-1"]);
    expect(told(world)).toEqual(["server-2"]);
    expect(world.status("server-2")).toBe("up");
    expect(report(world)).toMatchObject({
      used: world.registry.get("server-1")?.snapshot?.bytes,
      refused: expect.any(Number),
    });
    await world.registry.remove("server-1", () => {});
    await readAgain(world, 2);
    expect(kept(world)).toEqual(["server-2"]);
    expect(told(world)).toEqual([]);
  });

  test("are kept of a small newcomer: the largest gives way, says so, and stays without them", async () => {
    const world = await World.create({}, { allSnapshotBytes: 650 * kib });
    for (const [index, size] of [160, 161, 160, 160].entries())
      await join(world, index, size * kib);
    expect(kept(world)).toHaveLength(4);
    const { version } = world.registry;
    await join(world, 4, 30 * kib);
    expect(kept(world)).toEqual(["server-0", "server-2", "server-3", "server-4"]);
    expect(told(world)).toEqual(["server-1"]);
    expect(report(world).refused).toBe(1);
    expect(world.registry.version).toBeGreaterThan(version);
    await readAgain(world, 1);
    await world.pass(700_000);
    expect(kept(world)).toEqual(["server-0", "server-2", "server-3", "server-4"]);
    expect(told(world)).toEqual(["server-1"]);
  });

  test("come back when there is room again", async () => {
    const world = await World.create({}, { allSnapshotBytes: 150 * kib });
    await join(world, 1, 100 * kib);
    await join(world, 2, 60 * kib);
    expect(kept(world)).toEqual(["server-2"]);
    await world.registry.remove("server-2", () => {});
    await world.pass(400_000);
    expect(kept(world)).toEqual(["server-1"]);
    expect(told(world)).toEqual([]);
  });

  test("are cut by the same rule and with the same words after a start with a smaller budget", async () => {
    const before = await World.create();
    for (const [index, size] of [40, 100, 40].entries()) await join(before, index, size * kib);
    const world = await World.create({}, { allSnapshotBytes: 100 * kib });
    world.store = before.store;
    await world.restart();
    expect(kept(world)).toEqual(["server-0", "server-2"]);
    expect(told(world)).toEqual(["server-1"]);
    expect(report(world).refused).toBe(1);
  });

  test("stay within the budget whatever comes, changes and goes", async () => {
    const size = fc.integer({ min: 1, max: 90 });
    const step = fc.record({ index: fc.nat(5), size, goes: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const most = 200 * kib;
        const world = await World.create({}, { allSnapshotBytes: most });
        for (const { index, size, goes } of steps) {
          if (goes) await world.registry.remove(idOf(index), () => {}).catch(() => {});
          else await join(world, index, size * kib);
          if (!goes) await readAgain(world, index);
          const { used } = report(world);
          expect(used).toBeLessThanOrEqual(most);
          // Whoever has nothing was told why.
          const without = world.registry.list().map(({ record }) => record.id);
          expect(told(world)).toEqual(
            expect.arrayContaining(without.filter((id) => !kept(world).includes(id))),
          );
        }
      }),
      { numRuns: Math.min(300, Number(process.env.HUB_PROPERTY_RUNS ?? 100)) },
    );
  });
});

describe("what is held of a flapping server", () => {
  /** One that offers something else at each of thirty readings; what it offered is put into `seen`. */
  async function flap(world: World, bytes: number, seen: WeakRef<object>[] = []): Promise<void> {
    await join(world, 1, bytes);
    world.offers.delete(placeOf(1));
    for (let version = 2; version < 32; version += 1) {
      const snapshot = offering(bytes, version);
      seen.push(new WeakRef(snapshot));
      for (const task of world.registry.takeProbes(idOf(1)))
        world.registry.recordProbe(task, answered(task.target, snapshot));
      world.clock.advance(500);
      await world.registry.drain();
      const { used, limit } = report(world);
      expect(used).toBeLessThanOrEqual(limit);
    }
    expect(world.registry.get(idOf(1))?.pace?.backOff).toBeDefined();
  }

  test("counts, what it offered before it flapped too", async () => {
    const world = await World.create({}, { allSnapshotBytes: 1_000 * kib });
    await flap(world, 100 * kib);
    expect(report(world).used).toBeGreaterThan(200 * kib);
    expect(report(world).used).toBeLessThan(210 * kib);
  });

  test("stays within the budget", async () => {
    const world = await World.create({}, { allSnapshotBytes: 150 * kib });
    await flap(world, 100 * kib);
    expect(told(world)).toEqual([idOf(1)]);
  });

  test("goes with it", async () => {
    const world = await World.create();
    const seen: WeakRef<object>[] = [];
    await flap(world, kib, seen);
    await world.registry.remove(idOf(1), () => {});
    await world.registry.drain();
    world.events.length = 0;
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    // What a WeakRef was asked for in this turn is held until the turn ends.
    await new Promise(setImmediate);
    collect();
    expect(seen.filter((one) => one.deref() !== undefined)).toEqual([]);
  });
});

describe("what is read while this hub does not decide about a server", () => {
  /** Which of the two things it offers the journal told of. */
  const versionsTold = (world: World) =>
    world.events.flatMap((event) =>
      event.kind === "capabilities-changed"
        ? [1, 2].filter((version) => event.hash === offering(kib, version).hash)
        : [],
    );

  async function readUndecided(): Promise<World> {
    const world = await World.create();
    await join(world, 1, kib);
    world.share.isShared = true;
    world.share.decides = false;
    world.offers.set(placeOf(1), offering(kib, 2));
    await readAgain(world, 1);
    return world;
  }

  test("is written when it decides again, though no server changed hands", async () => {
    const world = await readUndecided();
    world.registry.sweep();
    await world.registry.drain();
    expect(versionsTold(world)).toEqual([1]);
    world.share.decides = true;
    world.registry.sweep();
    await world.registry.drain();
    expect(versionsTold(world)).toEqual([1, 2]);
    world.registry.sweep();
    await world.registry.drain();
    expect(versionsTold(world)).toHaveLength(2);
  });

  test("is forgotten with the server", async () => {
    const world = await readUndecided();
    await world.registry.remove("server-1", () => {});
    world.share.decides = true;
    world.registry.sweep();
    await world.registry.drain();
    expect(versionsTold(world)).toEqual([1]);
  });
});
