import { expect, test } from "vitest";
import { answered, snapshotOf, World } from "../../test/world.js";
import { Catalogue } from "../catalogue.js";
import { targetOf } from "../probe-agenda.js";
import { probed } from "../probed.js";
import { defaultSettings } from "../settings.js";

const endpoint = "http://127.0.0.1:8001/mcp";
const now = { hub: 60_000, wall: 1_790_000_060_000, steady: 60_000 };

/**
 * A hub that follows another one on the same store, which has read a server and told of it. `isWritten`: whether it got to
 * write down what it read.
 */
async function followed({ isWritten }: { readonly isWritten: boolean }) {
  const other = await World.create();
  other.share.isShared = true;
  await other.register({ name: "Alpha", transport: "http", endpoint });
  const world = await World.create();
  Object.assign(world.share, { isShared: true, decides: false, probes: false });
  world.store = other.store;
  if (!isWritten) await world.open();
  other.answering.add(endpoint);
  other.offers.set(endpoint, snapshotOf("greet"));
  other.probe();
  await other.registry.drain();
  if (isWritten) await world.open();
  const told = other.registry.observations.take(true);
  if (told === undefined) throw new Error("It has nothing to tell.");
  world.registry.observations.hear(told, 0, "other");
  const takeOver = () => {
    Object.assign(world.share, { decides: true, probes: true });
    world.registry.shareChanged();
  };
  const hear = (agoMs: number) => world.registry.observations.hear(told, agoMs, "other");
  return { health: () => world.registry.get("alpha")?.instances[0]?.health, hear, takeOver, world };
}

test("since when a registration is known stays, however late other hubs say what they saw of it", async () => {
  const { health, hear } = await followed({ isWritten: true });
  const before = health();
  hear(35);
  hear(70);
  // Whoever compares takes another instant for another process.
  expect(health()?.knownSince).toBe(before?.knownSince);
  expect(health()?.probedAt).not.toBe(before?.probedAt);
});

test("what another hub read and did not get to write down is read again by the one that takes over", async () => {
  const { health, takeOver, world } = await followed({ isWritten: false });
  expect(health()?.readAt).toBeGreaterThanOrEqual(0);
  takeOver();
  expect(health()).toMatchObject({
    readAt: Number.NEGATIVE_INFINITY,
    nextProbeAt: world.registry.now().hub,
  });
});

test("what it wrote down is not", async () => {
  const { health, takeOver } = await followed({ isWritten: true });
  const readAt = health()?.readAt;
  expect(readAt).toBeGreaterThanOrEqual(0);
  takeOver();
  expect(health()?.readAt).toBe(readAt);
});

/** A server that was read, in a catalogue. */
async function readServer() {
  const world = await World.create();
  await world.register({ name: "Alpha", transport: "http", endpoint });
  const record = world.registry.get("alpha")?.record;
  if (record === undefined) throw new Error("It is not there.");
  const catalogue = new Catalogue();
  catalogue.put(record, now);
  const instance = () => catalogue.get("alpha")?.instances[0];
  const { health, record: one } = instance() ?? {};
  if (health === undefined || one === undefined) throw new Error("It is not there.");
  catalogue.setHealth(
    "alpha",
    one.id,
    probed(health, answered(targetOf(one), snapshotOf("greet")), now, defaultSettings, 0),
  );
  return { catalogue, instance, record };
}

test("an instance that registered again elsewhere is looked at soon, and one of which only more is said is not", async () => {
  const { catalogue, instance, record } = await readServer();
  const later = { ...now, hub: now.hub + 5_000 };
  catalogue.put({ ...record, revision: record.revision + 1 }, later);
  expect(instance()?.health.readAt).toBe(now.hub);
  const instances = record.instances.map((one) => ({ ...one, lastRegisteredAt: now.wall }));
  catalogue.put({ ...record, instances }, later);
  expect(instance()?.health.readAt).toBeUndefined();
  expect(instance()?.health.nextProbeAt).toBeLessThanOrEqual(later.hub + 1_000);
});
