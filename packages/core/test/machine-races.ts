import { sha256Hex } from "../src/hash.js";
import {
  claim,
  leaseHashOf,
  type MachineFacts,
  nameOf,
  type Slot,
  slots,
} from "./machine-facts.js";

/** What the model learns from the catalogue after many registered at once, in an order that nobody knows. */
export class MachineRaces {
  readonly #facts: MachineFacts;

  constructor(facts: MachineFacts) {
    this.#facts = facts;
  }

  /** Names without a key whose only instance calls and answers: nobody can take them or share them. */
  guardedAgainstKeys(): Map<string, string> {
    const guarded = new Map<string, string>();
    for (const [name, { key, instances }] of this.#facts.houses) {
      const [fact, ...more] = instances.values();
      if (key !== undefined || fact === undefined || more.length > 0) continue;
      const { endpoint } = fact.slot;
      const isFirm =
        fact.ttlMs === undefined || fact.isOnTrust
          ? !this.#facts.isLostUnseen(fact) && !fact.isGivenUp
          : this.#facts.holdsLease(fact) && !this.#facts.isSilent(fact);
      if (isFirm && this.#facts.world.answering.has(endpoint)) guarded.set(name, endpoint);
    }
    return guarded;
  }

  claimKept(guarded: ReadonlyMap<string, string>): void {
    for (const [name, endpoint] of guarded) {
      const record = this.#facts.world.registry
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
      const record = this.#facts.recordOf(slot);
      // Acknowledged is stored, unless another racer took over from it since.
      const isThere = record !== undefined && leaseHashOf(leaseId) === record.leaseHash;
      const rivals = racers.filter((one) => one !== slot && nameOf(one) === nameOf(slot));
      const mayBeReplaced = rivals.length > 0;
      claim(isThere || mayBeReplaced, () => `${slot.endpoint} was acknowledged and is gone`);
      if (isThere) {
        this.#facts.settle(slot, leaseId, { isBeside: true, before: before.get(slot) });
        this.#facts.readFrom(record, slot);
      } else if (leaseId !== undefined) this.#facts.spentLeases.push(leaseId);
    }
    for (const [name, house] of this.#facts.houses) {
      if (!names.has(name)) continue;
      for (const [endpoint, fact] of house.instances) {
        const record = this.#facts.recordOf(fact.slot);
        if (record !== undefined && fact.leaseHash === record.leaseHash) continue;
        if (fact.leaseId !== undefined) this.#facts.spentLeases.push(fact.leaseId);
        house.instances.delete(endpoint);
      }
      // Who proved itself with its lease has the key of the house without saying it.
      const said = [...house.instances.values()].flatMap((fact) => fact.slot.key ?? []);
      const keys = new Set(said.length === 0 ? ["K"] : said);
      claim(keys.size <= 1, () => `${name} has owners with keys ${[...keys].join(", ")}`);
      const [key] = keys;
      // A key that came while a lease was alive may have been ignored; which came first, nobody knows.
      const hash = this.#facts.world.registry.get(this.#facts.ids.get(name) ?? "")?.record
        .serviceKeyHash;
      claim(
        hash === undefined || hash === sha256Hex(key ?? ""),
        () => `${name} has the key of nobody in it`,
      );
      house.key = hash === undefined ? undefined : key;
    }
    this.#readProfiles();
    this.#forgetUnacknowledged();
  }

  /** A crash may leave what was stored and not yet acknowledged; nobody holds its lease. */
  #forgetUnacknowledged(): void {
    for (const entry of this.#facts.world.registry.list()) {
      const name = entry.record.name.toLowerCase();
      for (const record of entry.record.instances) {
        const house = this.#facts.houses.get(name);
        const fact = house?.instances.get(record.endpoint);
        if (fact !== undefined && fact.leaseHash === record.leaseHash) continue;
        const mayBe = slots.filter(
          (one) => one.endpoint === record.endpoint && nameOf(one) === name,
        );
        const hasKey = entry.record.serviceKeyHash !== undefined;
        const slot =
          mayBe.find(
            (one) =>
              one.hasLease === (record.leaseHash !== undefined) &&
              (one.key !== undefined) === hasKey,
          ) ?? mayBe.find((one) => one.hasLease === (record.leaseHash !== undefined));
        claim(slot !== undefined, () => `who is ${record.endpoint}?`);
        this.#facts.settle(slot, undefined, { isBeside: entry.record.instances.length > 1 });
        this.#facts.readFrom(record, slot);
      }
      const house = this.#facts.houses.get(name);
      for (const endpoint of [...(house?.instances.keys() ?? [])])
        if (!entry.record.instances.some((one) => one.endpoint === endpoint))
          house?.instances.delete(endpoint);
      if (house !== undefined && entry.record.serviceKeyHash === undefined) house.key = undefined;
      if (house !== undefined && entry.record.serviceKeyHash !== undefined) house.key = "K";
    }
    this.#readProfiles();
  }

  /** Who spoke last in a race, only the catalogue says; somebody of the house it must be. */
  #readProfiles(): void {
    for (const { record } of this.#facts.world.registry.list()) {
      const house = this.#facts.houses.get(record.name.toLowerCase());
      if (house === undefined) continue;
      const speaker = slots[Number(record.profile.version)];
      claim(
        speaker !== undefined && nameOf(speaker) === record.name.toLowerCase(),
        () => `${record.name} speaks for another`,
      );
      house.saidBy = speaker;
    }
  }

  /** Somebody asked for a place in a race, which counts when nobody got the place in the same one. */
  noteAsking(slot: Slot): void {
    const fact = this.#facts.houses.get(nameOf(slot))?.instances.get(slot.endpoint);
    if (fact !== undefined && this.#facts.instanceOf(slot)?.health.pending !== undefined)
      this.#facts.noteAsking(fact, slot);
  }
}
