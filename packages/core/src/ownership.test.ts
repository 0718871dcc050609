import { describe, expect, test } from "vitest";
import { codeOf, World } from "../test/world.js";
import { HubError } from "./errors.js";
import type { RegistrationInput } from "./registration.js";

const here = "http://127.0.0.1:8001/mcp";
const there = "http://127.0.0.1:8002/mcp";
const evil = "http://127.0.0.1:6666/mcp";

const seed: RegistrationInput = { name: "Alpha", transport: "http", endpoint: here };
const leased: RegistrationInput = { ...seed, description: "The owner's", lease: {} };
/** All that a stranger can say who has read the catalogue. */
const spoilt: RegistrationInput = {
  ...seed,
  description: "The thief's",
  websiteUrl: "https://thief.example",
  candidates: [evil],
  serviceKey: "the thief's",
  lease: { ttlMs: 3_600_000 },
};

/** A hub with one server, whose owner beats when it acts. */
async function start(registration = leased, settings = {}) {
  const world = await World.create(settings);
  world.answering.add(here).add(evil);
  const first = await world.register(registration);
  const lease = first.lease?.id ?? "";
  await world.pass(1_000);
  const beat = () => void world.registry.renew(lease);
  const record = () => world.registry.get("alpha")?.record;
  const instance = () => world.registry.get("alpha")?.instances[0];
  const remove = (proof = "nothing") => codeOf(() => world.removeByProof("alpha", proof));
  return { world, lease, beat, record, instance, remove };
}

async function refusal(call: Promise<unknown>): Promise<HubError> {
  const error = await call.catch((caught: unknown) => caught);
  if (HubError.is(error)) return error;
  throw new Error("It was let in.");
}

describe("the same endpoint without proof while its lease lives", () => {
  test("gets no lease and is told when to ask again; profile, candidates, key and lease stay", async () => {
    const { world, lease, instance, record } = await start();
    const before = { record: record(), health: instance()?.health };
    await world.pass(3_000);
    const thief = await world.register(spoilt);
    expect(thief.lease).toBeUndefined();
    expect(thief.isNew).toBe(false);
    expect(thief.retryAfterMs).toBeGreaterThan(0);
    expect(thief.retryAfterMs).toBeLessThanOrEqual(10_000);
    expect(record()).toEqual(before.record);
    expect(instance()?.health).toMatchObject({
      status: "up",
      lease: before.health?.lease,
      aliveAt: before.health?.aliveAt,
    });
    expect(world.registry.renew(lease).ttlMs).toBe(30_000);
    expect(world.events.map(({ kind }) => kind)).not.toContain("registration-updated");
  });

  test("keeps the lease's end: what asks all the time does not keep a dead server listed", async () => {
    const { world } = await start();
    world.answering.delete(here);
    // Something else each time, so that none of it is asked again.
    let asked = 0;
    await world.pass(29_000, async () => {
      asked += 1;
      await world.register({ ...spoilt, description: `${asked}` });
    });
    await world.pass(8_000);
    expect(world.status("alpha")).not.toBe("up");
  });

  test("takes effect, profile and all, when it is asked again and the lease is silent for two intervals", async () => {
    const { world, record, lease } = await start();
    const again = { ...leased, description: "The successor's", candidates: [there] };
    await world.pass(17_000);
    await world.register(again);
    await world.pass(1_000);
    expect((await world.register(again)).lease).toBeUndefined();
    await world.pass(1_000);
    const successor = await world.register(again);
    expect(successor.lease).toBeDefined();
    expect(successor.retryAfterMs).toBeUndefined();
    expect(record()?.profile.description).toBe("The successor's");
    expect(record()?.instances[0]?.candidates).toEqual([there]);
    expect(await codeOf(() => world.registry.renew(lease))).toBe("LEASE_UNKNOWN");
  });

  test("does not take effect the first time, however silent the lease is", async () => {
    const { world, record } = await start();
    await world.pass(25_000);
    expect((await world.register(spoilt)).retryAfterMs).toBeDefined();
    expect(record()?.profile.description).toBe("The owner's");
    expect((await world.register(spoilt)).lease).toBeDefined();
  });

  test("only the newest waits: another registration in between starts anew", async () => {
    const { world, record } = await start();
    await world.pass(25_000);
    const other = { ...leased, description: "Another's" };
    for (const input of [spoilt, other, spoilt, other])
      expect((await world.register(input)).lease).toBeUndefined();
    expect(record()?.profile.description).toBe("The owner's");
    expect((await world.register(other)).lease).toBeDefined();
  });

  test("takes effect at once when the lease is over", async () => {
    const { world, record } = await start();
    await world.pass(31_000);
    const successor = await world.register({ ...leased, description: "The successor's" });
    expect(successor.lease).toBeDefined();
    expect(record()?.profile.description).toBe("The successor's");
  });

  test("is given up when it is not asked again within two heartbeat intervals", async () => {
    const { world, beat, record, lease } = await start();
    await world.pass(5_000);
    await world.register(spoilt);
    let passed = 0;
    await world.pass(3_600_000, () => {
      passed += 1;
      if (passed % 10 === 0) beat();
    });
    // Silent by now, and an hour after the first time: that is no repetition.
    await world.pass(25_000);
    expect((await world.register(spoilt)).retryAfterMs).toBeDefined();
    await world.pass(4_000);
    expect((await world.register(spoilt)).lease).toBeDefined();
    expect((await world.register(leased, lease)).lease).toBeDefined();
    expect(record()?.profile.description).toBe("The owner's");
  });

  test.each([5_000, 30_000, 3_600_000])(
    "that came once, long ago, does not keep a server with a lease of %i ms listed that leaves",
    async (ttlMs) => {
      const { world, beat, lease, record } = await start({ ...leased, lease: { ttlMs } });
      await world.register(spoilt);
      await world.pass(21_000, beat);
      await world.registry.deregister(lease);
      expect(record()?.instances).toEqual([]);
    },
  );

  test("never takes effect while the holder beats", async () => {
    const { world, beat, record } = await start();
    const before = record();
    for (let round = 0; round < 12; round += 1) {
      for (let second = 0; second < 10; second += 1) {
        await world.pass(1_000);
        expect((await world.register(spoilt)).lease).toBeUndefined();
      }
      beat();
    }
    expect(record()).toEqual(before);
  });

  test("a hub that started again counts the silence of a lease from its first heartbeat", async () => {
    const { world, beat } = await start();
    await world.restart();
    await world.pass(22_000);
    await world.register(spoilt);
    expect((await world.register(spoilt)).lease).toBeUndefined();
    beat();
    await world.pass(19_000);
    await world.register(spoilt);
    expect((await world.register(spoilt)).lease).toBeUndefined();
    await world.pass(1_000);
    expect((await world.register(spoilt)).lease).toBeDefined();
  });

  test("a process that is killed and started anew is listed throughout, and has its lease within two intervals and a beat", async () => {
    const { world, instance } = await start();
    let lease: string | undefined;
    let waitedMs = 0;
    let askInMs = 0;
    const statuses = new Set<string | undefined>();
    await world.pass(35_000, async () => {
      statuses.add(instance()?.health.status);
      if (lease !== undefined) {
        world.registry.renew(lease);
        return;
      }
      waitedMs += 1_000;
      askInMs -= 1_000;
      if (askInMs > 0) return;
      const answer = await world.register(leased);
      lease = answer.lease?.id;
      askInMs = answer.retryAfterMs ?? 0;
    });
    expect(lease).toBeDefined();
    expect(waitedMs).toBeLessThanOrEqual(30_000);
    expect([...statuses]).toEqual(["up"]);
  });

  test("a probe looks soon what is there now, and at most once a second", async () => {
    const { world, instance } = await start();
    const probedAt = () => instance()?.health.probedAt ?? 0;
    const before = probedAt();
    for (let times = 0; times < 50; times += 1) await world.register(spoilt);
    expect(world.registry.nextProbeInMs()).toBe(1_000);
    await world.pass(1_000);
    expect(probedAt()).toBeGreaterThan(before);
    expect(world.registry.nextProbeInMs()).toBeGreaterThan(1_000);
  });

  test("says when it was asked, in the details only", async () => {
    const { world, instance } = await start();
    await world.pass(5_000);
    await world.register(spoilt);
    expect(instance()?.health.pending?.atWall).toBeCloseTo(world.clock.wall(), -1);
    expect(JSON.stringify(world.registry.list())).not.toContain("thief");
  });
});

describe("proof", () => {
  test("by the lease: the same instance, with a new lease, profile, candidates and key", async () => {
    const { world, lease, record } = await start();
    const changed = { ...leased, description: "New", candidates: [there], serviceKey: "key" };
    const answer = await world.register(changed, lease);
    expect(answer.isNew).toBe(false);
    expect(answer.lease?.id).not.toBe(lease);
    expect(record()).toMatchObject({
      profile: { description: "New" },
      serviceKeyHash: expect.any(String),
      instances: [{ candidates: [there] }],
    });
    expect(await codeOf(() => world.registry.renew(lease))).toBe("LEASE_UNKNOWN");
  });

  test("by the lease at another endpoint: the instance has moved, and nobody is asked", async () => {
    const { world, lease, record } = await start();
    const answer = await world.register({ ...leased, endpoint: there }, lease);
    expect(answer.isNew).toBe(false);
    expect(record()?.instances.map(({ endpoint }) => endpoint)).toEqual([there]);
    expect(answer.instance.health.status).toBe("pending");
    expect(world.asked).toEqual([]);
  });

  test("by a lease that ran out still says whose it was", async () => {
    const { world, lease, record } = await start();
    await world.pass(60_000);
    await world.register({ ...leased, endpoint: there }, lease);
    expect(record()?.instances.map(({ endpoint }) => endpoint)).toEqual([there]);
  });

  test("a holder that was slow takes its place back from who followed it without proof", async () => {
    const { world, lease, record } = await start();
    await world.pass(31_000);
    const thief = await world.register({ ...spoilt, serviceKey: undefined });
    expect(thief.lease).toBeDefined();
    const back = await world.register(leased, lease);
    expect(back.lease).toBeDefined();
    expect(record()).toMatchObject({
      profile: { description: "The owner's" },
      instances: [{ candidates: [] }],
    });
    expect(await codeOf(() => world.registry.renew(thief.lease?.id ?? ""))).toBe("LEASE_UNKNOWN");
    expect((await world.register(spoilt, thief.lease?.id)).lease).toBeUndefined();
    expect(world.registry.renew(back.lease?.id ?? "").ttlMs).toBe(30_000);
  });

  test("the place stays claimable through several followers", async () => {
    const { world, lease } = await start();
    for (let follower = 0; follower < 3; follower += 1) {
      await world.pass(31_000);
      expect((await world.register({ ...seed, lease: { ttlMs: 5_000 } })).lease).toBeDefined();
    }
    expect((await world.register(leased, lease)).lease).toBeDefined();
  });

  test("that is none is no error, and proves nothing", async () => {
    const { world } = await start();
    expect((await world.register(spoilt, "a guess")).lease).toBeUndefined();
  });

  test("of another name proves nothing", async () => {
    const { world } = await start();
    const other = await world.register({
      name: "Beta",
      transport: "http",
      endpoint: evil,
      lease: {},
    });
    expect((await world.register(spoilt, other.lease?.id)).lease).toBeUndefined();
    expect(await codeOf(() => world.register({ ...spoilt, endpoint: evil }, other.lease?.id))).toBe(
      "NAME_TAKEN",
    );
  });

  test("of nobody: what lists, details and events show is none", async () => {
    const { world, record } = await start();
    const shown = new Set<string>();
    const collect = (value: unknown): void => {
      if (typeof value === "string") shown.add(value);
      else if (typeof value === "object" && value !== null) Object.values(value).forEach(collect);
    };
    collect([world.registry.list(), world.events]);
    for (const text of shown) expect((await world.register(spoilt, text)).lease).toBeUndefined();
    expect(record()?.profile.description).toBe("The owner's");
  });
});

describe("another endpoint without proof", () => {
  const newcomer = { ...spoilt, endpoint: evil };

  test("is refused while the holder's lease lives and it is slow, however long", async () => {
    const { world, beat, record } = await start();
    const before = record();
    world.answering.delete(here);
    world.failing.set(here, "TOO_SLOW");
    for (let round = 0; round < 12; round += 1) {
      await world.pass(10_000);
      beat();
      const error = await refusal(world.register(newcomer));
      expect(error.code).toBe("NAME_TAKEN");
      expect(error.retryAfterMs).toBeLessThanOrEqual(10_000);
      expect(error.details.retryAfterMs).toBeLessThanOrEqual(10_000);
    }
    expect(record()).toEqual(before);
  });

  test("takes the name when the lease is over, and a slow holder is not waited for", async () => {
    const { world, record } = await start();
    world.answering.delete(here);
    world.failing.set(here, "TOO_SLOW");
    await world.pass(29_000);
    expect(await codeOf(() => world.register(newcomer))).toBe("NAME_TAKEN");
    await world.pass(1_001);
    const { asked } = world;
    asked.length = 0;
    expect((await world.register(newcomer)).isNew).toBe(true);
    expect(asked).toEqual([]);
    expect(record()?.instances.map(({ endpoint }) => endpoint)).toEqual([evil]);
  });

  test("takes it at once when nothing listens there: a server restarted on another port", async () => {
    const { world, record } = await start();
    world.answering.delete(here);
    expect((await world.register({ ...leased, endpoint: there })).lease).toBeDefined();
    expect(record()?.instances.map(({ endpoint }) => endpoint)).toEqual([there]);
  });

  test("does not take it while something listens at a candidate of the holder", async () => {
    const { world } = await start({ ...leased, candidates: [there] });
    world.answering.delete(here);
    world.failing.set(there, "TOO_SLOW");
    expect(await codeOf(() => world.register(newcomer))).toBe("NAME_TAKEN");
    world.failing.delete(there);
    expect(await codeOf(() => world.register(newcomer))).toBeUndefined();
  });

  test.each([5_000, 30_000, 3_600_000])(
    "with a lease of %i ms is never told to wait longer than its heartbeat interval",
    async (ttlMs) => {
      const { world } = await start({ ...leased, lease: { ttlMs } });
      const intervalMs = Math.min(10_000, Math.floor(ttlMs / 3));
      for (let waited = 0; waited < ttlMs && waited < 60_000; waited += 1_000) {
        const error = await refusal(world.register(newcomer));
        expect(error.details.retryAfterMs).toBeLessThanOrEqual(intervalMs);
        expect(error.retryAfterMs ?? 0).toBeLessThanOrEqual(intervalMs);
        const { retryAfterMs } = await world.register({ ...leased, description: `${waited}` });
        expect(retryAfterMs).toBeLessThanOrEqual(intervalMs);
        expect(retryAfterMs).toBeGreaterThan(0);
        await world.pass(1_000);
      }
    },
  );

  test("asks for no whole second when the interval is shorter than one", async () => {
    const world = await World.create({ heartbeatMs: 300, leaseTtlMs: 900, leaseMinMs: 500 });
    world.answering.add(here);
    await world.register(leased);
    const error = await refusal(world.register(newcomer));
    expect(error.retryAfterMs).toBeUndefined();
    expect(error.details.retryAfterMs).toBeLessThanOrEqual(300);
  });
});

describe("a holder without a lease", () => {
  const newcomer = { ...leased, endpoint: there };

  test("loses its name when its endpoint refuses the connection", async () => {
    const { world } = await start(seed);
    world.answering.delete(here);
    expect(await codeOf(() => world.register(newcomer))).toBeUndefined();
  });

  test("loses it when its probes have failed three times in a row", async () => {
    const { world } = await start(seed);
    world.answering.delete(here);
    world.failing.set(here, "TOO_SLOW");
    let refusals = 0;
    for (;;) {
      const failures = world.registry.get("alpha")?.instances[0]?.health.failures ?? 0;
      const code = await codeOf(() => world.register(newcomer));
      expect(code).toBe(failures < 3 ? "NAME_TAKEN" : undefined);
      if (code === undefined) break;
      refusals += 1;
      await world.pass(1_000);
    }
    expect(refusals).toBeGreaterThan(3);
  });

  test("keeps it while it is slow", async () => {
    const { world } = await start(seed);
    world.failing.set(here, "TOO_SLOW");
    for (let round = 0; round < 100; round += 1) {
      // Too slow for two probes, and then in time for one.
      if (round % 3 === 2) world.answering.add(here);
      else world.answering.delete(here);
      for (const task of world.registry.takeProbes("alpha"))
        world.registry.recordProbe(task, world.look(task.target));
      expect(await codeOf(() => world.register(newcomer))).toBe("NAME_TAKEN");
    }
  });

  test("restarts on the same port: the same instance, listed throughout", async () => {
    const { world, instance } = await start(seed);
    const { id } = instance()?.record ?? {};
    const again = await world.register({ ...seed, description: "Mended" });
    expect(again).toMatchObject({
      isNew: false,
      entry: { record: { profile: { description: "Mended" } } },
    });
    expect(instance()?.record.id).toBe(id);
    expect(world.status("alpha")).toBe("up");
  });

  test("restarts on another port and is there at once", async () => {
    const { world, record } = await start(seed);
    world.answering.delete(here);
    await world.register({ ...seed, endpoint: there });
    expect(record()?.instances.map(({ endpoint }) => endpoint)).toEqual([there]);
  });

  test("gives a stranger at its endpoint no candidates, no key, and a lease that proves nothing", async () => {
    const { world, instance, record, remove } = await start(seed);
    const thief = await world.register(spoilt);
    const lease = thief.lease?.id ?? "";
    expect(thief.warnings).toHaveLength(2);
    expect(record()?.serviceKeyHash).toBeUndefined();
    expect(instance()?.record.candidates).toEqual([]);
    // Also after all that a stranger can do to make it count.
    await world.pass(2_000, () => void world.registry.renew(lease, { draining: true }));
    expect(world.status("alpha")).toBe("up");
    await world.register(spoilt, lease);
    expect(record()?.serviceKeyHash).toBeUndefined();
    expect(instance()?.record.candidates).toEqual([]);
    const latest =
      (await world.register({ ...spoilt, lease: { ttlMs: 5_000 } }, lease)).lease?.id ?? "";
    await world.register(spoilt, latest);
    expect(await codeOf(() => world.register({ ...spoilt, endpoint: evil }, latest))).toBe(
      "NAME_TAKEN",
    );
    expect(await remove(latest)).toBe("NOT_OWNER");
    await world.restart();
    await world.pass(2_000);
    expect(await remove(latest)).toBe("NOT_OWNER");
    await world.pass(3_700_000);
    expect(await remove(latest)).toBe("NOT_OWNER");
    expect(await codeOf(() => world.register({ ...spoilt, endpoint: evil }, latest))).toBe(
      "NAME_TAKEN",
    );
    expect(instance()?.record.endpoint).toBe(here);
  });

  test("stays listed when a lease that was given on trust at its endpoint is given back", async () => {
    const { world, instance, remove } = await start(seed);
    const { lease } = await world.register(spoilt);
    await world.registry.deregister(lease?.id ?? "");
    await world.pass(5_000);
    expect(world.status("alpha")).toBe("up");
    const again = await world.register(spoilt);
    expect(await remove(again.lease?.id)).toBe("NOT_OWNER");
    expect(instance()?.record.candidates).toEqual([]);
  });

  test("that moved to a helper and is gone leaves with its lease", async () => {
    const { world } = await start(seed);
    const { lease } = await world.register(leased);
    world.answering.delete(here);
    await world.pass(35_000, () => void world.registry.renew(lease?.id ?? ""));
    await world.registry.deregister(lease?.id ?? "");
    expect(world.registry.get("alpha")?.instances).toEqual([]);
  });
});

describe("an instance whose siblings are gone", () => {
  const keyed = { ...leased, serviceKey: "the owner's" };

  /** The instance at `here`, and one beside it that was killed `ms` ago. */
  async function startWithDead(registration: RegistrationInput, ms: number) {
    const hub = await start(registration);
    hub.world.answering.add(there);
    await hub.world.register({ ...registration, endpoint: there });
    hub.world.answering.delete(there);
    const isLeased = registration.lease !== undefined;
    await hub.world.pass(ms, isLeased ? hub.beat : undefined);
    return hub;
  }

  test.each([
    ["just now", 0],
    ["a minute ago", 60_000],
    ["long ago", 200_000],
  ])("and has no lease gives a stranger no more than without them (killed %s)", async (_, ms) => {
    const { world, record, remove } = await startWithDead({ ...keyed, lease: undefined }, ms);
    const before = record();
    const thief = await world.register(spoilt);
    expect(record()?.serviceKeyHash).toBe(before?.serviceKeyHash);
    expect(record()?.instances.map(({ endpoint }) => endpoint)).toEqual([here, there]);
    expect(record()?.instances.flatMap(({ candidates }) => candidates)).toEqual([]);
    const lease = thief.lease?.id ?? "";
    expect(await codeOf(() => world.register({ ...spoilt, endpoint: evil }, lease))).toBe(
      "NAME_TAKEN",
    );
    expect(await remove(lease)).toBe("NOT_OWNER");
    expect((await world.register(keyed)).lease).toBeDefined();
    expect(record()?.profile.description).toBe("The owner's");
  });

  test("and has a live lease lets a stranger wait", async () => {
    const { world, record } = await startWithDead(keyed, 35_000);
    const before = record();
    expect((await world.register(spoilt)).retryAfterMs).toBeGreaterThan(0);
    expect(record()).toBe(before);
  });

  test("and was only slow takes its place back with its lease, from who followed it without proof", async () => {
    const { world, lease, record } = await startWithDead(keyed, 35_000);
    await world.pass(31_000);
    const thief = await world.register(spoilt);
    expect(thief.lease).toBeDefined();
    expect(world.events.findLast(({ kind }) => kind === "registered")).toMatchObject({
      isNewServer: false,
      instance: { endpoint: here },
      replaced: [{ endpoint: there }],
    });
    expect((await world.register(keyed, lease)).lease).toBeDefined();
    expect(record()).toMatchObject({
      profile: { description: "The owner's" },
      instances: [{ endpoint: here, candidates: [] }],
    });
    expect((await world.register({ ...keyed, endpoint: there })).isNew).toBe(true);
  });

  test("gives its name to who is in its place when it is gone itself", async () => {
    const { world, record } = await startWithDead({ ...keyed, lease: undefined }, 60_000);
    world.answering.delete(here);
    await world.pass(40_000);
    const successor = await world.register(leased);
    expect(successor.lease).toBeDefined();
    expect(record()?.serviceKeyHash).toBeUndefined();
    expect(record()?.instances.map(({ endpoint }) => endpoint)).toEqual([here]);
  });
});

describe("removal", () => {
  test("by the lease that was given first, at once", async () => {
    const { lease, remove } = await start();
    expect(await remove()).toBe("NOT_OWNER");
    expect(await remove("a guess")).toBe("NOT_OWNER");
    expect(await remove(lease)).toBeUndefined();
  });

  test("by the service key, and not by another", async () => {
    const { remove } = await start({ ...leased, serviceKey: "key" });
    expect(await remove("another")).toBe("NOT_OWNER");
    expect(await remove("key")).toBeUndefined();
  });

  test("a lease granted after the holder's last sign of life proves nothing", async () => {
    const { world, lease, remove } = await start();
    world.answering.delete(here);
    world.failing.set(here, "TOO_SLOW");
    await world.pass(31_000);
    const thief = await world.register({ ...leased });
    await world.pass(3_000, () => void world.registry.renew(thief.lease?.id ?? ""));
    expect(await remove(thief.lease?.id)).toBe("NOT_OWNER");
    expect(await remove(lease)).toBeUndefined();
  });

  test("the lease of a process that was started anew proves it once the hub has seen the process", async () => {
    const { world, remove } = await start();
    await world.pass(31_000);
    const successor = await world.register(leased);
    expect(await remove(successor.lease?.id)).toBe("NOT_OWNER");
    await world.pass(2_000);
    expect(await remove(successor.lease?.id)).toBeUndefined();
  });

  test("of a name that registers at the same moment is decided anew", async () => {
    const { world } = await start();
    world.answering.clear();
    await world.pass(130_000);
    expect(world.status("alpha")).toBe("down");
    const [, code] = await Promise.all([
      world.register(leased),
      codeOf(() => world.removeByProof("alpha")),
    ]);
    expect(code).toBe("REVISION_CONFLICT");
    expect(world.registry.get("alpha")).toBeDefined();
  });
});
