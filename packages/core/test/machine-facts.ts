import { sha256Hex } from "../src/hash.js";
import { defaultSettings } from "../src/settings.js";
import type { World } from "./world.js";

/**
 * What the model knows: a second, simple account of who is registered, kept from raw facts: when each
 * instance registered, beat, and was probed. It knows nothing of how the registry comes to its conclusions.
 */

export type Slot = {
  readonly name: string;
  readonly endpoint: string;
  readonly key?: string;
  readonly ttlMs?: number;
  readonly hasLease: boolean;
};

const url = (port: number) => `http://127.0.0.1:${port}/mcp`;

export const slots: readonly Slot[] = [
  { name: "Alpha", endpoint: url(1), hasLease: true },
  { name: "Alpha", endpoint: url(2), hasLease: true, key: "K" },
  { name: "ALPHA", endpoint: url(3), hasLease: true, key: "K", ttlMs: 5_000 },
  { name: "alpha!", endpoint: url(4), hasLease: true, ttlMs: 120_000 },
  { name: "Бета", endpoint: url(5), hasLease: false },
  { name: "Бета", endpoint: url(6), hasLease: false },
  // The same process, once with the key and once started without it.
  { name: "Alpha", endpoint: url(2), hasLease: true },
  { name: "Gamma", endpoint: url(7), hasLease: true },
];
export const slotCount = slots.length;

/** What is known of one registration of one instance. Times are the model's own hub time. */
export type Fact = {
  slot: Slot;
  /** Missing for a lease that nobody was told. */
  leaseId: string | undefined;
  leaseHash: string | undefined;
  ttlMs: number | undefined;
  registeredAt: number;
  renewedAt: number;
  aliveAt: number;
  isDraining: boolean;
  failures: number;
  failingSince: number | undefined;
  lastProbe: boolean | undefined;
  /** The status that a registration at the same endpoint took over from the one before it. */
  inherited: string | undefined;
};

export type House = { key: string | undefined; readonly instances: Map<string, Fact> };

export function claim(holds: boolean, what: () => string): asserts holds {
  if (!holds) throw new Error(what());
}

export const nameOf = (slot: Slot) => slot.name.toLowerCase();

export function slotAt(index: number): Slot {
  const slot = slots[index];
  if (slot === undefined) throw new Error(`There is no slot ${index}.`);
  return slot;
}

function leaseHashOf(leaseId: string | undefined): string | undefined {
  return leaseId === undefined ? undefined : sha256Hex(leaseId);
}

export class MachineFacts {
  readonly world: World;
  /** By name key: the names above differ in more than case exactly when they are different names. */
  readonly houses = new Map<string, House>();
  readonly ids = new Map<string, string>();
  readonly spentLeases: string[] = [];
  /** The model's own hub time. */
  now = 0;
  sweptAt = 0;
  /** Observations may be waiting for the store, so the journal may be behind. */
  isBehind = false;

  constructor(world: World) {
    this.world = world;
  }

  house(slot: Slot): House {
    const known = this.houses.get(nameOf(slot));
    if (known !== undefined) return known;
    const house: House = { key: undefined, instances: new Map() };
    this.houses.set(nameOf(slot), house);
    return house;
  }

  isLost(fact: Fact): boolean {
    return fact.ttlMs !== undefined && this.now - fact.renewedAt > fact.ttlMs;
  }

  /** Who may have a name, told in another way than `decideRegistration` does. */
  maySettle(slot: Slot): "alone" | "beside" | "no" {
    const house = this.houses.get(nameOf(slot));
    if (house === undefined || house.instances.size === 0) return "alone";
    if (house.key !== undefined && house.key === slot.key) return "beside";
    const own = house.instances.get(slot.endpoint);
    if (own !== undefined && house.key === undefined) return "beside";
    if (own?.ttlMs !== undefined && !this.isLost(own)) return "no";
    const others = [...house.instances.keys()].filter((endpoint) => endpoint !== slot.endpoint);
    return others.some((endpoint) => this.world.answering.has(endpoint)) ? "no" : "alone";
  }

  /** Where the instances are that go when this one joins their name. */
  yieldingTo(slot: Slot): string[] {
    const house = this.houses.get(nameOf(slot));
    if (house === undefined || house.instances.has(slot.endpoint)) return [];
    return [...house.instances]
      .filter(([, fact]) => this.statusOf(fact.slot) === "down")
      .map(([endpoint]) => endpoint);
  }

  /** A name without a key gets none while somebody there calls. */
  staysKeyless(slot: Slot): boolean {
    const house = this.houses.get(nameOf(slot));
    if (slot.key === undefined || house === undefined || house.key !== undefined) return false;
    return [...house.instances.values()].some((fact) => this.holdsLease(fact));
  }

  holdsLease(fact: Fact): boolean {
    return fact.ttlMs !== undefined && !this.isLost(fact);
  }

  settle(slot: Slot, leaseId: string | undefined, isBeside: boolean, before?: string): void {
    const house = this.house(slot);
    const known = house.instances.get(slot.endpoint);
    for (const [endpoint, fact] of house.instances) {
      if (isBeside && endpoint !== slot.endpoint) continue;
      if (fact.leaseId !== undefined) this.spentLeases.push(fact.leaseId);
      house.instances.delete(endpoint);
    }
    house.key = slot.key;
    house.instances.set(slot.endpoint, {
      slot,
      leaseId,
      leaseHash: leaseHashOf(leaseId),
      ttlMs: slot.hasLease ? (slot.ttlMs ?? defaultSettings.leaseTtlMs) : undefined,
      registeredAt: this.now,
      renewedAt: this.now,
      aliveAt: this.now,
      isDraining: false,
      failures: 0,
      failingSince: undefined,
      lastProbe: undefined,
      inherited: isBeside && known !== undefined && before === "up" ? "up" : undefined,
    });
  }

  /** Names without a key whose only instance calls and answers: nobody can take them or share them. */
  guardedAgainstKeys(): Map<string, string> {
    const guarded = new Map<string, string>();
    for (const [name, { key, instances }] of this.houses) {
      const [fact, ...more] = instances.values();
      if (key !== undefined || fact === undefined || more.length > 0) continue;
      const { endpoint } = fact.slot;
      if (this.holdsLease(fact) && this.world.answering.has(endpoint)) guarded.set(name, endpoint);
    }
    return guarded;
  }

  claimKept(guarded: ReadonlyMap<string, string>): void {
    for (const [name, endpoint] of guarded) {
      const record = this.world.registry
        .list()
        .find((entry) => entry.record.name.toLowerCase() === name)?.record;
      claim(
        record?.serviceKeyHash === undefined &&
          record?.instances.map((one) => one.endpoint).join() === endpoint,
        () => `${name} was taken from ${endpoint}, which calls and answers`,
      );
    }
  }

  /** Reads the winners of a race from the catalogue, and checks that they may have won. */
  adopt(
    racers: readonly Slot[],
    acked: ReadonlyMap<Slot, string | undefined>,
    before: ReadonlyMap<Slot, string | undefined>,
  ): void {
    const names = new Set([...acked.keys()].map(nameOf));
    for (const [slot, leaseId] of acked) {
      const record = this.recordOf(slot);
      // Acknowledged is stored, unless another racer took over from it since.
      const isThere = record !== undefined && leaseHashOf(leaseId) === record.leaseHash;
      const rivals = racers.filter((one) => one !== slot && nameOf(one) === nameOf(slot));
      const mayBeReplaced = rivals.length > 0;
      claim(isThere || mayBeReplaced, () => `${slot.endpoint} was acknowledged and is gone`);
      if (isThere) this.settle(slot, leaseId, true, before.get(slot));
      else if (leaseId !== undefined) this.spentLeases.push(leaseId);
    }
    for (const [name, house] of this.houses) {
      if (!names.has(name)) continue;
      for (const [endpoint, fact] of house.instances) {
        const record = this.recordOf(fact.slot);
        if (record !== undefined && fact.leaseHash === record.leaseHash) continue;
        if (fact.leaseId !== undefined) this.spentLeases.push(fact.leaseId);
        house.instances.delete(endpoint);
      }
      const keys = new Set([...house.instances.values()].map((fact) => fact.slot.key));
      claim(keys.size <= 1, () => `${name} has owners with keys ${[...keys].join(", ")}`);
      const [key] = keys;
      // A key that came while a lease was alive may have been ignored; which came first, nobody knows.
      const hash = this.world.registry.get(this.ids.get(name) ?? "")?.record.serviceKeyHash;
      claim(
        hash === undefined || keys.size === 0 || hash === sha256Hex(key ?? ""),
        () => `${name} has the key of nobody in it`,
      );
      house.key = hash === undefined ? undefined : key;
    }
    this.forgetUnacknowledged();
  }

  /** A crash may leave what was stored and not yet acknowledged; nobody holds its lease. */
  forgetUnacknowledged(): void {
    for (const entry of this.world.registry.list()) {
      const name = entry.record.name.toLowerCase();
      for (const record of entry.record.instances) {
        const house = this.houses.get(name);
        const fact = house?.instances.get(record.endpoint);
        if (fact !== undefined && fact.leaseHash === record.leaseHash) continue;
        const slot = slots.find(
          (one) =>
            one.endpoint === record.endpoint &&
            nameOf(one) === name &&
            (one.key === undefined) === (entry.record.serviceKeyHash === undefined),
        );
        claim(slot !== undefined, () => `who is ${record.endpoint}?`);
        this.settle(slot, undefined, entry.record.instances.length > 1);
        const settled = this.house(slot).instances.get(record.endpoint);
        if (settled !== undefined) settled.leaseHash = record.leaseHash;
      }
      const house = this.houses.get(name);
      for (const endpoint of [...(house?.instances.keys() ?? [])])
        if (!entry.record.instances.some((one) => one.endpoint === endpoint))
          house?.instances.delete(endpoint);
      if (house !== undefined && entry.record.serviceKeyHash === undefined) house.key = undefined;
      if (house !== undefined && entry.record.serviceKeyHash !== undefined) house.key = "K";
    }
  }

  /** The hub was started again: who is registered holds, what was observed of them does not. */
  startAnew(): void {
    this.isBehind = false;
    this.now = 0;
    this.sweptAt = 0;
    for (const house of this.houses.values()) {
      for (const fact of house.instances.values()) {
        Object.assign(fact, {
          registeredAt: 0,
          renewedAt: 0,
          aliveAt: 0,
          isDraining: false,
          failures: 0,
          failingSince: undefined,
          lastProbe: undefined,
          inherited: undefined,
        });
      }
    }
  }

  factAt(endpoint: string, serverId: string): Fact | undefined {
    for (const [name, house] of this.houses)
      if (this.ids.get(name) === serverId) return house.instances.get(endpoint);
    return undefined;
  }

  recordOf(slot: Slot) {
    return this.instanceOf(slot)?.record;
  }

  statusOf(slot: Slot): string | undefined {
    return this.instanceOf(slot)?.health.status;
  }

  instanceOf(slot: Slot) {
    return this.world.registry
      .list()
      .find(({ record }) => record.name.toLowerCase() === nameOf(slot))
      ?.instances.find((one) => one.record.endpoint === slot.endpoint);
  }
}
