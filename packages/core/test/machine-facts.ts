import type { InstanceRecord } from "../src/entry.js";
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
  // At the endpoint of a server without a lease: its own new version, or somebody else.
  { name: "Бета", endpoint: url(5), hasLease: true },
  { name: "Бета", endpoint: url(5), hasLease: true, key: "K", ttlMs: 5_000 },
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
  /** What the catalogue says of when the instance came, which tells it from another at its endpoint. */
  cameAt: number | undefined;
  renewedAt: number;
  aliveAt: number;
  isDraining: boolean;
  failures: number;
  failingSince: number | undefined;
  lastProbe: boolean | undefined;
  /** The status that it took over from the registration before it, at the same endpoint. */
  inherited: string | undefined;
  /** Its lease was given to somebody who could not prove that the server there is theirs. */
  isOnTrust: boolean;
  /** Hash of the lease before, whose holder may come back. */
  former: string | undefined;
  /** The hub started again and has not heard of it since. */
  isGrace: boolean;
  /** Who asked last for its place without proof. */
  askedBy: Slot | undefined;
  askedAt: number;
  /** Its holder left while somebody asked for its place. */
  isGivenUp: boolean;
  /** A probe got through since it registered. */
  hasAnswered: boolean;
  /** When it registered first since a probe got through. */
  unansweredSince: number;
  /** What a probe is about that set out now. */
  sight: symbol;
  /** Nothing listened there when the hub looked last. */
  wasRefused: boolean;
  /** A dial was refused there since the last good probe. */
  isDoubted: boolean;
  /** The last good probe was let in no further. */
  isLocked: boolean;
};

/** How a registration at an instance that is known is taken. */
export type Part = "owner" | "successor" | "unproven";

/** Who may settle at a name: alone, beside those that are there, later, or not at all. */
export type Verdict =
  | { readonly is: "alone" | "wait" | "no" }
  | { readonly is: "beside"; readonly as: Part };

export type House = {
  key: string | undefined;
  /** Whose registration took effect last. */
  saidBy: Slot | undefined;
  readonly instances: Map<string, Fact>;
};

export function claim(holds: boolean, what: () => string): asserts holds {
  if (!holds) throw new Error(what());
}

export const nameOf = (slot: Slot) => slot.name.toLowerCase();

export function slotAt(index: number): Slot {
  const slot = slots[index];
  if (slot === undefined) throw new Error(`There is no slot ${index}.`);
  return slot;
}

export function leaseHashOf(leaseId: string | undefined): string | undefined {
  return leaseId === undefined ? undefined : sha256Hex(leaseId);
}

/** How somebody comes into a house. */
type Settling = {
  /** Others stay in it. */
  readonly isBeside: boolean;
  /** Missing for one that is new in it. */
  readonly part?: Part;
  readonly before?: string | undefined;
  readonly proof?: string | undefined;
};

function beatMsOf({ ttlMs = defaultSettings.leaseTtlMs }: Fact): number {
  return Math.min(defaultSettings.heartbeatMs, Math.floor(ttlMs / 3));
}

/** Registering again makes nobody who was there be unknown. */
const hasPlace = (status: string | undefined) => status === "up" || status === "needs-token";

export class MachineFacts {
  readonly world: World;
  /** By name key: the names above differ in more than case exactly when they are different names. */
  readonly houses = new Map<string, House>();
  readonly ids = new Map<string, string>();
  readonly spentLeases: string[] = [];
  /** Every lease that somebody was told, by its hash. */
  readonly leases = new Map<string, string>();
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
    const house: House = { key: undefined, saidBy: undefined, instances: new Map() };
    this.houses.set(nameOf(slot), house);
    return house;
  }

  isLost(fact: Fact): boolean {
    return fact.ttlMs !== undefined && this.now - fact.renewedAt > fact.ttlMs;
  }

  /** Who may have a name, told in another way than `decideRegistration` does. `proof` is a lease id. */
  maySettle(slot: Slot, proof?: string): Verdict {
    const house = this.houses.get(nameOf(slot));
    if (house === undefined || house.instances.size === 0) return { is: "alone" };
    if (house.key !== undefined && house.key === slot.key) return { is: "beside", as: "owner" };
    const own = house.instances.get(slot.endpoint);
    const others = [...house.instances.values()].filter((fact) => fact !== own);
    if (own === undefined) return { is: others.every((one) => this.isGone(one)) ? "alone" : "no" };
    const known = leaseHashOf(proof);
    const isTrusted = known !== undefined && known === own.leaseHash && own.isOnTrust;
    if (known !== undefined && !isTrusted && [own.leaseHash, own.former].includes(known))
      return { is: "beside", as: "owner" };
    const yields = this.isSilent(own) && this.askerOf(own) === slot;
    if (this.holdsLease(own) && !yields && !isTrusted) return { is: "wait" };
    if (!others.every((one) => this.isGone(one))) return { is: "no" };
    const isFree = this.isLostUnseen(own) || own.isGivenUp || (yields && !own.isOnTrust);
    return { is: "beside", as: isFree ? "successor" : "unproven" };
  }

  /** It has no place any more, as the hub knows without looking. */
  isLostUnseen(fact: Fact): boolean {
    if (fact.ttlMs !== undefined && !fact.isOnTrust) return this.isLost(fact);
    return fact.failures >= 3 || (fact.failures > 0 && fact.wasRefused);
  }

  /** The same, when the hub looks there. */
  isGone(fact: Fact): boolean {
    return this.isLostUnseen(fact) || this.world.isRefused(fact.slot.endpoint);
  }

  isSilent(fact: Fact): boolean {
    if (fact.ttlMs === undefined || fact.isGrace) return false;
    return this.now - fact.renewedAt >= 2 * beatMsOf(fact);
  }

  /** Who waits for its place; whoever does not ask again gives up. */
  askerOf(fact: Fact): Slot | undefined {
    return this.now - fact.askedAt <= 2 * beatMsOf(fact) ? fact.askedBy : undefined;
  }

  noteAsking(fact: Fact, slot: Slot): void {
    fact.askedBy = slot;
    fact.askedAt = this.now;
  }

  /** Where the instances are that go when this one joins their name. */
  yieldingTo(slot: Slot): string[] {
    const house = this.houses.get(nameOf(slot));
    if (house === undefined || house.instances.has(slot.endpoint)) return [];
    return [...house.instances]
      .filter(([, fact]) => this.statusOf(fact.slot) === "down")
      .map(([endpoint]) => endpoint);
  }

  holdsLease(fact: Fact): boolean {
    return fact.ttlMs !== undefined && !this.isLost(fact);
  }

  settle(
    slot: Slot,
    leaseId: string | undefined,
    { isBeside, part, before, proof }: Settling,
  ): void {
    if (leaseId !== undefined) this.leases.set(sha256Hex(leaseId), leaseId);
    const house = this.house(slot);
    house.saidBy = slot;
    const isMember = slot.key !== undefined && slot.key === house.key;
    const known = house.instances.get(slot.endpoint);
    const isKept = !slot.hasLease && known !== undefined && this.keeps(known, part, proof);
    const isSuccessor = part === "successor";
    const outlasts = isSuccessor && house.instances.size > 1;
    for (const [endpoint, fact] of house.instances) {
      if (isBeside && !isSuccessor && endpoint !== slot.endpoint) continue;
      if (fact.leaseId !== undefined && !(isKept && fact === known))
        this.spentLeases.push(fact.leaseId);
      house.instances.delete(endpoint);
    }
    const isShared = house.instances.size > 0;
    if (!isBeside || isSuccessor) house.key = slot.key;
    else if (part !== "unproven" && !isShared) house.key = slot.key ?? house.key;
    const former = known?.former ?? (known?.isOnTrust ? undefined : known?.leaseHash);
    const isProven = part === "owner" || (part === undefined && isMember);
    const ttlMs = slot.hasLease ? (slot.ttlMs ?? defaultSettings.leaseTtlMs) : undefined;
    const mayLive = isProven || ttlMs !== undefined || isKept;
    const cameAt = this.recordOf(slot)?.registeredAt;
    const isSame = isBeside && !outlasts && known?.cameAt === cameAt;
    house.instances.set(slot.endpoint, {
      slot,
      cameAt,
      leaseId: isKept ? known.leaseId : leaseId,
      leaseHash: isKept ? known.leaseHash : leaseHashOf(leaseId),
      ttlMs: isKept ? known.ttlMs : ttlMs,
      isOnTrust: part === "unproven" && (slot.hasLease || isKept),
      former: isBeside && (isSuccessor || part === "unproven") ? former : undefined,
      ...this.seenAfter(isSame ? known : undefined, before, mayLive),
    });
  }

  /** A lease was given back, and whoever is there now stays without one. */
  giveBack(fact: Fact, before: string | undefined): void {
    const { isOnTrust } = fact;
    Object.assign(fact, {
      leaseId: undefined,
      leaseHash: undefined,
      ttlMs: undefined,
      isOnTrust: false,
      ...this.seenAfter(fact, before, !isOnTrust),
      isGivenUp: !isOnTrust,
    });
  }

  /** What is known of an instance that registers or loses its lease: what never answered has the same past. */
  seenAfter(known: Fact | undefined, before: string | undefined, mayLive: boolean) {
    const isSame = known !== undefined && !known.hasAnswered;
    return {
      registeredAt: this.now,
      renewedAt: this.now,
      aliveAt: isSame && !mayLive ? known.aliveAt : this.now,
      isDraining: false,
      failures: isSame ? known.failures : 0,
      failingSince: isSame ? known.failingSince : undefined,
      lastProbe: isSame ? known.lastProbe : undefined,
      inherited: isSame || (known !== undefined && hasPlace(before)) ? before : undefined,
      isGrace: false,
      askedBy: undefined,
      askedAt: 0,
      isGivenUp: false,
      hasAnswered: false,
      unansweredSince: isSame ? known.unansweredSince : this.now,
      sight: isSame && this.now - known.unansweredSince >= 5_000 ? known.sight : Symbol(),
      wasRefused: isSame && known.wasRefused,
      isDoubted: isSame && known.isDoubted,
      isLocked: isSame && known.isLocked,
    };
  }

  /** Who asks for no lease leaves the one that is alive, unless it is another's. */
  keeps(known: Fact, part: Part | undefined, proof: string | undefined): boolean {
    if (!this.holdsLease(known) || part === "successor") return false;
    const isFormer = proof !== undefined && leaseHashOf(proof) === known.former;
    return part === "unproven" || !(known.isOnTrust || isFormer);
  }

  /** After a race only the catalogue says in which order they came. */
  readFrom(record: InstanceRecord, slot: Slot): void {
    const fact = this.house(slot).instances.get(record.endpoint);
    if (fact === undefined) return;
    if (leaseHashOf(fact.leaseId) !== record.leaseHash) fact.leaseId = undefined;
    fact.leaseHash = record.leaseHash;
    fact.ttlMs = record.leaseHash === undefined ? undefined : record.ttlMs;
    fact.isOnTrust = record.isLeaseOnTrust === true;
    fact.former = record.formerLeaseHash;
  }

  /** The hub was started again: who is registered holds, what was observed of them does not. */
  startAnew(): void {
    this.isBehind = false;
    this.now = 0;
    this.sweptAt = 0;
    for (const house of this.houses.values()) {
      for (const fact of house.instances.values()) {
        Object.assign(fact, {
          cameAt: this.recordOf(fact.slot)?.registeredAt,
          registeredAt: 0,
          renewedAt: 0,
          aliveAt: 0,
          isDraining: false,
          failures: 0,
          failingSince: undefined,
          lastProbe: undefined,
          inherited: undefined,
          isGrace: true,
          askedBy: undefined,
          isGivenUp: false,
          hasAnswered: false,
          unansweredSince: 0,
          wasRefused: false,
          isDoubted: false,
          isLocked: false,
        });
      }
    }
  }

  /** The hub has heard of nobody yet. */
  hearNobody(): void {
    for (const { instances } of this.houses.values())
      for (const fact of instances.values()) fact.isGrace = true;
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
