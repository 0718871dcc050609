import { describe, expect, test } from "vitest";
import { codeOf, World } from "../test/world.js";
import { type HubError, HubError as HubErrorClass } from "./errors.js";
import type { RegistrationInput } from "./registration.js";

const one = "http://127.0.0.1:8001/mcp";
const two = "http://127.0.0.1:8002/mcp";
const three = "http://127.0.0.1:8003/mcp";

function alpha(endpoint: string, more: Partial<RegistrationInput> = {}): RegistrationInput {
  return { name: "Alpha", transport: "http", endpoint, ...more };
}

const leased = alpha(one, { lease: {} });

async function errorOf(call: Promise<unknown>): Promise<HubError> {
  try {
    await call;
  } catch (error) {
    if (HubErrorClass.is(error)) return error;
    throw error;
  }
  throw new Error("It was accepted.");
}

function endpoints(world: World, id = "alpha"): string[] {
  return world.registry.get(id)?.record.instances.map((instance) => instance.endpoint) ?? [];
}

describe("the same endpoint", () => {
  test("is the same instance, and saying the same again is no news", async () => {
    const world = await World.create();
    const first = await world.register(alpha(one, { lease: {} }));
    const version = world.registry.version;
    const second = await world.register(alpha(`${one}`, { lease: {} }));
    expect([first.isNew, second.isNew]).toEqual([true, false]);
    expect(second.instance.record.id).toBe(first.instance.record.id);
    expect(second.entry.record.revision).toBe(first.entry.record.revision);
    expect(second.entry.record.updatedAt).toBe(first.entry.record.updatedAt);
    expect(world.registry.version).toBe(version);
    expect(world.events.map((event) => event.kind)).toEqual(["registered"]);
  });

  test("with something else to say is an update that names the fields", async () => {
    const world = await World.create();
    await world.register(alpha(one, { description: "Old", tags: ["a"] }));
    world.clock.advance(1_000);
    const { entry } = await world.register(
      alpha(one, { description: "New", tags: ["a"], version: "2" }),
    );
    expect(entry.record.revision).toBe(2);
    expect(world.events.at(-1)).toMatchObject({
      kind: "registration-updated",
      changed: ["description", "version"],
    });
  });

  test("in another spelling is the same", async () => {
    const world = await World.create();
    await world.register(alpha("http://127.0.0.1:8001"));
    await world.register(alpha("http://127.0.0.1:8001/"));
    expect(endpoints(world)).toHaveLength(1);
  });
});

describe("another endpoint", () => {
  test("gets 409 with the holder's name while the holder answers, and it is one event", async () => {
    const world = await World.create();
    world.answering.add(one);
    await world.register(alpha(one));
    const error = await errorOf(world.register(alpha(two)));
    expect(error.code).toBe("NAME_TAKEN");
    expect(error.message).toContain(one);
    expect(error.details).toMatchObject({ holder: { serverId: "alpha", endpoint: one } });
    expect(await codeOf(() => world.register(alpha(two)))).toBe("NAME_TAKEN");
    expect(world.events.filter((event) => event.kind === "name-conflict")).toHaveLength(1);
    expect(endpoints(world)).toEqual([one]);
  });

  test.each(["HOST_REFUSED", "HUB_FAULT"] as const)(
    "gets 409 after %s: that does not say that the holder is gone",
    async (code) => {
      const world = await World.create();
      world.failing.set(one, code);
      await world.register(alpha(one));
      expect(await codeOf(() => world.register(alpha(two)))).toBe("NAME_TAKEN");
      expect(endpoints(world)).toEqual([one]);
    },
  );

  test("takes over at once when nothing listens where the holder was", async () => {
    const world = await World.create();
    const dead = await world.register(alpha(one, { lease: {} }));
    const { isNew, entry } = await world.register(alpha(two, { lease: {} }));
    expect(isNew).toBe(true);
    expect(entry.record.id).toBe("alpha");
    expect(endpoints(world)).toEqual([two]);
    expect(world.events.at(-1)).toMatchObject({
      kind: "registered",
      isNewServer: false,
      replaced: [{ endpoint: one }],
    });
    expect(await codeOf(() => world.registry.renew(dead.lease?.id ?? ""))).toBe("LEASE_UNKNOWN");
  });

  test("does not inherit the status of the instance whose id it takes", async () => {
    const world = await World.create();
    world.answering.add(one);
    await world.register(alpha(one, { instanceId: "main" }));
    world.probe();
    expect(world.status("alpha")).toBe("up");
    world.answering.delete(one);
    const { instance } = await world.register(alpha(two, { instanceId: "main" }));
    expect(instance.health.status).toBe("pending");
  });

  test.each([
    ["registered again with proof", (world: World, lease = "") => world.register(leased, lease)],
    ["registered again without proof", (world: World) => world.register(leased)],
    ["called", async (world: World, lease = "") => world.registry.renew(lease)],
  ])("looks again when the holder %s while it was being looked at", async (_, meanwhile) => {
    const world = await World.create();
    const { lease } = await world.register(leased);
    world.whileAsking = async () => {
      world.whileAsking = undefined;
      world.clock.advance(1);
      await meanwhile(world, lease?.id);
      world.answering.add(one);
    };
    expect(await codeOf(() => world.register(alpha(two)))).toBe("NAME_TAKEN");
    expect(world.asked).toEqual([one, one]);
    expect(endpoints(world)).toEqual([one]);
  });

  test("of two that race for a dead holder's name, one gets it", async () => {
    const world = await World.create();
    world.answering.add(two).add(three);
    await world.register(alpha(one));
    const codes = await Promise.all(
      [two, three].map((end) => codeOf(() => world.register(alpha(end)))),
    );
    expect(codes.sort()).toEqual(["NAME_TAKEN", undefined]);
    expect(endpoints(world)).toHaveLength(1);
  });
});

describe("a service key", () => {
  const key = { serviceKey: "secret", lease: {} };

  test("lets further instances join; another key or none does not", async () => {
    const world = await World.create();
    world.answering.add(one).add(two);
    await world.register(alpha(one, key));
    await world.register(alpha(two, key));
    expect(endpoints(world)).toEqual([one, two]);
    for (const more of [{}, { serviceKey: "other" }])
      expect(await codeOf(() => world.register(alpha(three, more)))).toBe("NAME_TAKEN");
    expect(JSON.stringify(await world.store.load())).not.toContain("secret");
  });

  test("guards the name at its own endpoint while the lease there is alive", async () => {
    const world = await World.create();
    await world.register(alpha(one, key));
    const stranger = await world.register(alpha(one));
    expect(stranger.retryAfterMs).toBeGreaterThan(0);
    expect(stranger.entry.record.serviceKeyHash).toBeDefined();
    await world.pass(31_000);
    expect((await world.register(alpha(one))).retryAfterMs).toBeUndefined();
  });

  test("a newcomer without it at the endpoint of a dead instance does not join the living", async () => {
    const world = await World.create();
    world.answering.add(one);
    const living = await world.register(alpha(one, key));
    await world.register(alpha(two, key));
    await world.pass(25_000, () => {
      world.registry.renew(living.lease?.id ?? "");
    });
    await world.pass(10_000, () => {
      world.registry.renew(living.lease?.id ?? "");
    });
    expect(await codeOf(() => world.register(alpha(two)))).toBe("NAME_TAKEN");
    expect(endpoints(world)).toEqual([one, two]);
  });

  test("goes with its owner: after a takeover the old key is no key any more", async () => {
    const world = await World.create();
    await world.register(alpha(one, key));
    world.answering.add(two);
    await world.register(alpha(two));
    expect(await codeOf(() => world.register(alpha(one, key)))).toBe("NAME_TAKEN");
    expect(endpoints(world)).toEqual([two]);
  });

  test("does not become the key of a name whose keyless holder has a live lease", async () => {
    const world = await World.create();
    const owner = await world.register(alpha(one, { lease: {} }));
    world.answering.add(one);
    world.probe();
    const thief = await world.register(alpha(one, { serviceKey: "stolen" }));
    expect(thief.isNew).toBe(false);
    expect(thief.instance.record.id).toBe(owner.instance.record.id);
    expect(thief.retryAfterMs).toBeGreaterThan(0);
    expect(thief.entry.record).toEqual(owner.entry.record);
    expect(thief.warnings[0]).toMatch(/Nothing has changed yet/);
    const joining = alpha(two, { serviceKey: "stolen" });
    expect(await codeOf(() => world.register(joining))).toBe("NAME_TAKEN");
    expect(endpoints(world)).toEqual([one]);
  });

  test("of a registration in the same commit as the keyless one with a lease is not taken either", async () => {
    const world = await World.create();
    const [, thief] = await Promise.all([
      world.register(alpha(one, { lease: {} })),
      world.register(alpha(one, key)),
    ]);
    expect(world.store.commits).toBe(1);
    expect(thief.entry.record.serviceKeyHash).toBeUndefined();
    expect(thief.retryAfterMs).toBeGreaterThan(0);
  });

  test("does not become the key of a name whose holder never had a lease and is not gone", async () => {
    const world = await World.create();
    world.answering.add(one);
    await world.register(alpha(one));
    await world.pass(10_000);
    const { entry, warnings } = await world.register(alpha(one, key));
    expect(entry.record.serviceKeyHash).toBeUndefined();
    expect(warnings[0]).toMatch(/hub did not take over the service key.*Stop the server/);
    expect(await codeOf(() => world.register(alpha(two, key)))).toBe("NAME_TAKEN");
  });

  test("is taken with a lease as proof, by a name that had none", async () => {
    const world = await World.create();
    const { lease } = await world.register(leased);
    world.answering.add(one).add(two);
    const { entry } = await world.register(alpha(one, key), lease?.id);
    expect(entry.record.serviceKeyHash).toBeDefined();
    expect((await world.register(alpha(two, key))).isNew).toBe(true);
  });

  test.each([
    ["another key", { serviceKey: "mine" }],
    ["none", {}],
  ])(
    "stays while another knows the name by it, when a newcomer proves it and brings %s",
    async (_, more) => {
      const world = await World.create();
      world.answering.add(one).add(two).add(three);
      await world.register(alpha(one, key));
      await world.register(alpha(two, { lease: {}, ...more }), "secret");
      expect((await world.register(alpha(three, key))).isNew).toBe(true);
      expect(endpoints(world)).toEqual([one, two, three]);
    },
  );

  test("stays when a newcomer that proves it beside the registration takes the places of all others", async () => {
    const world = await World.create();
    await world.register(alpha(one, { serviceKey: "secret" }));
    await world.pass(120_000);
    world.answering.add(two).add(three);
    await world.register(alpha(two), "secret");
    expect(endpoints(world)).toEqual([two]);
    expect(await codeOf(() => world.register(alpha(three)))).toBe("NAME_TAKEN");
    expect((await world.register(alpha(three, key))).isNew).toBe(true);
  });

  test("is changed by nobody while others know the name by it", async () => {
    const world = await World.create();
    world.answering.add(one).add(two);
    const { lease } = await world.register(alpha(one, key));
    await world.register(alpha(two, key));
    const { warnings } = await world.register(alpha(one, { serviceKey: "mine" }), lease?.id);
    expect(warnings[0]).toMatch(/hub did not take over the service key/);
    expect((await world.register(alpha(three, key))).isNew).toBe(true);
  });

  test("counts as proof beside the registration as well as in it, and stays the key", async () => {
    const world = await World.create();
    world.answering.add(one).add(two);
    await world.register(alpha(one, key));
    expect((await world.register(alpha(two), "secret")).isNew).toBe(true);
    expect((await world.register(alpha(three, key))).isNew).toBe(true);
  });

  test.each([
    ["that is gone and never had a lease", alpha(one), false],
    ["whose lease ran out", alpha(one, { lease: { ttlMs: 5_000 } }), true],
  ])("is taken over at the endpoint of a holder %s", async (_, holder, isAnswering) => {
    const world = await World.create();
    if (isAnswering) world.answering.add(one);
    await world.register(holder);
    await world.pass(10_000);
    world.answering.add(one);
    const { entry, warnings } = await world.register(alpha(one, key));
    expect(entry.record.serviceKeyHash).toBeDefined();
    expect(warnings).toEqual([]);
    expect((await world.register(alpha(two, key))).entry.record.instances).toHaveLength(2);
  });

  test("lets a newcomer take the places of instances that are down", async () => {
    const world = await World.create();
    for (const end of [one, two]) {
      world.answering.add(end);
      await world.register(alpha(end, { serviceKey: "secret" }));
    }
    world.probe();
    world.answering.delete(one);
    await world.pass(120_000);
    expect(world.registry.get("alpha")?.instances.map((each) => each.health.status)).toEqual([
      "down",
      "up",
    ]);
    const again = await world.register(alpha(two, { serviceKey: "secret" }));
    expect(again.entry.instances).toHaveLength(2);
    await world.register(alpha(three, { serviceKey: "secret" }));
    expect(endpoints(world)).toEqual([two, three]);
    expect(world.events.findLast((event) => event.kind === "registered")).toMatchObject({
      isNewServer: false,
      instance: { endpoint: three },
      replaced: [{ endpoint: one }],
    });
  });

  test("lets at most a hundred instances share a name, and those that are down do not count", async () => {
    const world = await World.create();
    const at = (index: number) => {
      const endpoint = `http://127.0.0.1:${10_000 + index}/mcp`;
      world.answering.add(endpoint);
      return world.register(alpha(endpoint, { serviceKey: "secret" }));
    };
    await Promise.all(Array.from({ length: 99 }, (_, index) => at(index)));
    const codes = await Promise.all([codeOf(() => at(99)), codeOf(() => at(100))]);
    expect(codes).toEqual([undefined, "REGISTRY_FULL"]);
    const error = await errorOf(at(100));
    expect(error.message).toContain("100 instances");
    expect((await at(99)).isNew).toBe(false);
    world.probe();
    world.answering.delete("http://127.0.0.1:10007/mcp");
    await world.pass(120_000);
    expect((await at(100)).isNew).toBe(true);
    expect(endpoints(world)).toHaveLength(100);
  });

  test("with a known instance id it is a move, and the new place is not known to be up", async () => {
    const world = await World.create();
    world.answering.add(one);
    const first = await world.register(alpha(one, { ...key, instanceId: "pod" }));
    world.probe();
    const moved = await world.register(alpha(two, { ...key, instanceId: "pod" }));
    expect(moved.isNew).toBe(false);
    expect(moved.instance.health.status).toBe("pending");
    expect(endpoints(world)).toEqual([two]);
    expect(await codeOf(() => world.registry.renew(first.lease?.id ?? ""))).toBe("LEASE_UNKNOWN");
    await world.registry.drain();
    expect(world.events.map((event) => event.kind)).toContain("registration-updated");
    expect(world.events.at(-1)).toMatchObject({
      kind: "status-changed",
      from: "up",
      to: "pending",
    });
  });

  test("two instances never share an id, even when one chose the id the other would get", async () => {
    const world = await World.create();
    const { instance } = await world.register(alpha(one, key));
    await world.register(alpha(two, { ...key, instanceId: instance.record.id }));
    await world.register(alpha(one, key));
    const ids = world.registry.get("alpha")?.record.instances.map((each) => each.id) ?? [];
    expect(new Set(ids).size).toBe(2);
  });
});
