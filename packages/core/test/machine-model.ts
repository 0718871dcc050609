import { HubError } from "../src/errors.js";
import { latenessToleranceMs } from "../src/hub-time.js";
import { defaultSettings } from "../src/settings.js";
import { claim, MachineFacts, nameOf, type Slot, slotAt, slots } from "./machine-facts.js";
import { MachineJudge } from "./machine-judge.js";
import { MachineProbes } from "./machine-probes.js";
import { MachineRaces } from "./machine-races.js";
import { nothingListens, World } from "./world.js";

/** The steps of a schedule, taken in the registry and in the model of it beside each other. */

export type Step =
  | { readonly do: "register"; readonly slot: number; readonly proof: Proof }
  | { readonly do: "beat" | "stale-beat" | "deregister"; readonly slot: number }
  | { readonly do: "stale-deregister" | "remove" | "drain" | "hang"; readonly slot: number }
  | { readonly do: "lock" | "refuse"; readonly slot: number }
  | { readonly do: "break"; readonly slot: number; readonly how: "broken" | "locked" }
  | { readonly do: "answer"; readonly slot: number; readonly yes: boolean }
  | { readonly do: "all-die" | "sweep" | "take-probes" | "restart" }
  | { readonly do: "race" | "crash"; readonly slots: readonly number[] }
  | { readonly do: "advance" | "jump"; readonly ms: number }
  | { readonly do: "run"; readonly seconds: number }
  | { readonly do: "finish-probes"; readonly count: number }
  | { readonly do: "store"; readonly works: boolean };

export const proofs = ["none", "lease", "former"] as const;
type Proof = (typeof proofs)[number];

/** What came of registering. */
type Attempt = {
  readonly code?: string;
  readonly leaseId?: string | undefined;
  readonly isKeyIgnored?: boolean;
  readonly isWaiting?: boolean;
};

const { downAfterMs, leaseTtlMs, sweepMs } = defaultSettings;

export async function runSchedule(schedule: readonly Step[]): Promise<void> {
  const model = new MachineModel(await World.create());
  for (const step of schedule) await model.take(step);
  await model.end();
}

class MachineModel {
  readonly #world: World;
  readonly #facts: MachineFacts;
  readonly #judge: MachineJudge;
  readonly #probes: MachineProbes;
  readonly #races: MachineRaces;

  constructor(world: World) {
    this.#world = world;
    this.#facts = new MachineFacts(world);
    this.#judge = new MachineJudge(this.#facts);
    this.#probes = new MachineProbes(this.#facts);
    this.#races = new MachineRaces(this.#facts);
  }

  async take(step: Step): Promise<void> {
    this.#advance(1); // No two requests come at quite the same time.
    switch (step.do) {
      case "register":
        await this.#register(slotAt(step.slot), this.#proofFor(slotAt(step.slot), step.proof));
        break;
      case "beat":
        await this.#beat(slotAt(step.slot), false);
        break;
      case "drain":
        await this.#beat(slotAt(step.slot), true);
        break;
      case "stale-beat":
        await this.#useSpent((lease) => this.#world.registry.renew(lease));
        break;
      case "stale-deregister":
        await this.#useSpent((lease) => this.#world.registry.deregister(lease));
        break;
      case "deregister":
        await this.#deregister(slotAt(step.slot));
        break;
      case "remove":
        await this.#remove(slotAt(step.slot));
        break;
      case "answer":
        this.#world.failing.delete(slotAt(step.slot).endpoint);
        this.#world.locked.delete(slotAt(step.slot).endpoint);
        if (step.yes) this.#world.answering.add(slotAt(step.slot).endpoint);
        else this.#world.answering.delete(slotAt(step.slot).endpoint);
        break;
      case "hang":
        this.#world.answering.delete(slotAt(step.slot).endpoint);
        this.#world.failing.set(slotAt(step.slot).endpoint, "TOO_SLOW");
        break;
      case "lock":
        this.#world.failing.delete(slotAt(step.slot).endpoint);
        this.#world.answering.add(slotAt(step.slot).endpoint);
        this.#world.locked.add(slotAt(step.slot).endpoint);
        break;
      case "refuse":
        this.#refuse(slotAt(step.slot).endpoint);
        break;
      case "break":
        this.#world.registry.troubleAt(slotAt(step.slot).endpoint, { kind: step.how });
        break;
      case "all-die":
        this.#world.answering.clear();
        this.#world.failing.clear();
        break;
      case "advance":
        this.#advance(step.ms);
        break;
      case "jump":
        this.#world.clock.jumpWall(step.ms);
        break;
      case "sweep":
        this.#sweep();
        break;
      case "take-probes":
        this.#probes.take();
        break;
      case "finish-probes":
        this.#probes.finish(step.count);
        break;
      case "run":
        await this.#run(step.seconds);
        break;
      case "race":
        await this.#race(step.slots.map(slotAt), false);
        break;
      case "crash":
        await this.#race(step.slots.map(slotAt), true);
        break;
      case "restart":
        await this.#world.registry.drain();
        await this.#restart();
        break;
      case "store":
        this.#world.store.isFailing = !step.works;
        this.#facts.isBehind = true;
        break;
    }
    await this.#check();
  }

  /** In the end everything dies, and everything must be seen down: protection has an end. */
  async end(): Promise<void> {
    const { registry, store, answering, failing } = this.#world;
    store.isFailing = false;
    answering.clear();
    failing.clear();
    this.#probes.finishAll();
    const longest =
      120_000 + defaultSettings.guardMaxMs + 2 * leaseTtlMs + 3 * sweepMs + downAfterMs;
    for (let passed = 0; passed < longest; passed += sweepMs) {
      this.#advance(sweepMs);
      this.#sweep();
      this.#probes.take();
      this.#probes.finishAll();
    }
    await this.#check();
    for (const entry of registry.list())
      for (const { record, health } of entry.instances)
        claim(
          health.status === "down",
          () => `${record.endpoint} is dead and still ${health.status}`,
        );
  }

  /** A dial of a call was refused: who is there keeps its lease and its place, and is looked at now. */
  #refuse(endpoint: string): void {
    const { registry } = this.#world;
    const before = registry.list().map(({ record }) => record);
    registry.troubleAt(endpoint, { kind: "refused", finding: nothingListens });
    claim(
      registry.list().every(({ record }, index) => record === before[index]),
      () => "a refused dial changed what is registered",
    );
    for (const { record, instances } of registry.list())
      for (const { record: instance, health } of instances) {
        if (instance.endpoint !== endpoint) continue;
        const fact = this.#facts.factAt(endpoint, record.id);
        if (fact !== undefined && !fact.isDraining) fact.isDoubted = true;
        claim(
          health.status !== "up" && health.status !== "needs-token",
          () => `${endpoint} is ${health.status} after a dial was refused`,
        );
        const inMs = health.nextProbeAt - registry.now().hub;
        claim(
          health.status !== "suspect" || health.isBeingProbed || inMs <= 2_000,
          () => `${endpoint} is suspect and probed in ${inMs} ms`,
        );
      }
  }

  #sweep(): void {
    this.#world.registry.sweep();
    this.#facts.sweptAt = this.#facts.now;
  }

  #advance(ms: number): void {
    this.#world.clock.advance(ms);
    this.#world.registry.now();
    this.#facts.now += Math.min(ms, sweepMs + latenessToleranceMs);
  }

  /** A hub that works, with servers that beat while they answer. */
  async #run(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed += 5) {
      this.#advance(5_000);
      for (const slot of slots)
        if (this.#world.answering.has(slot.endpoint)) await this.#beat(slot, undefined);
      this.#sweep();
      this.#probes.take();
      this.#probes.finishAll();
      await this.#world.registry.drain();
      this.#judge.checkStatuses();
    }
  }

  async #register(slot: Slot, proof?: string): Promise<void> {
    const expected = this.#facts.maySettle(slot, proof);
    const before = this.#facts.statusOf(slot);
    const recordBefore = this.#entryOf(slot);
    const yields = this.#facts.yieldingTo(slot);
    const looked = this.#world.asked.length;
    const result = await this.#tryRegister(slot, proof);
    for (const endpoint of this.#world.asked.slice(looked))
      if (this.#world.isRefused(endpoint)) this.#noteRefusal(endpoint);
    const house = this.#facts.house(slot);
    const own = house.instances.get(slot.endpoint);
    if (expected.is === "wait" && own !== undefined) this.#facts.noteAsking(own, slot);
    if (this.#world.store.isFailing) {
      // To refuse needs no store, once the conflict is in the journal; nor does it to let wait.
      const isRefused = expected.is === "no" && result.code === "NAME_TAKEN";
      const isLate = expected.is === "wait" && result.isWaiting === true;
      claim(
        isRefused || isLate || result.code === "STORE_UNAVAILABLE",
        () => `got ${result.code ?? "yes"}`,
      );
      return;
    }
    const code = expected.is === "no" ? "NAME_TAKEN" : undefined;
    claim(result.code === code, () => `${slot.name} ${slot.endpoint}: ${result.code}, not ${code}`);
    if (result.code !== undefined) return;
    claim(
      (result.isWaiting === true) === (expected.is === "wait"),
      () => `${slot.endpoint} ${result.isWaiting === true ? "waits" : "need not wait"}`,
    );
    if (result.isWaiting === true) {
      claim(this.#entryOf(slot) === recordBefore, () => `${slot.endpoint} waits and changed`);
      return;
    }
    const isBeside = expected.is === "beside";
    if (isBeside)
      for (const endpoint of yields) {
        const leaseId = house.instances.get(endpoint)?.leaseId;
        if (leaseId !== undefined) this.#facts.spentLeases.push(leaseId);
        house.instances.delete(endpoint);
      }
    const part = isBeside && own !== undefined ? { part: expected.as } : {};
    this.#facts.settle(slot, result.leaseId, { isBeside, ...part, before, proof });
    const isKeyIgnored = slot.key !== undefined && slot.key !== house.key;
    claim(
      result.isKeyIgnored === isKeyIgnored,
      () => `${slot.endpoint}: its key was ${result.isKeyIgnored ? "ignored" : "taken over"}`,
    );
  }

  /** Whoever looks for the holder of a name and finds nothing there makes it suspect, and may come to nothing. */
  #noteRefusal(endpoint: string): void {
    for (const { instances } of this.#facts.houses.values()) {
      const fact = instances.get(endpoint);
      if (fact !== undefined && !fact.isDraining) fact.isDoubted = true;
    }
  }

  #entryOf(slot: Slot) {
    return this.#world.registry.get(this.#facts.ids.get(nameOf(slot)) ?? "")?.record;
  }

  /** The lease to show: the one that is held where the slot is, or the one before that. */
  #proofFor(slot: Slot, proof: Proof): string | undefined {
    const own = this.#facts.houses.get(nameOf(slot))?.instances.get(slot.endpoint);
    if (proof === "lease") return own?.leaseId;
    return proof === "former" ? this.#facts.leases.get(own?.former ?? "") : undefined;
  }

  async #tryRegister(slot: Slot, proof?: string): Promise<Attempt> {
    const { name, endpoint, key, ttlMs, hasLease } = slot;
    const input = {
      name,
      endpoint,
      transport: "http",
      version: String(slots.indexOf(slot)),
      ...(key === undefined ? {} : { serviceKey: key }),
      ...(hasLease ? { lease: ttlMs === undefined ? {} : { ttlMs } } : {}),
    } as const;
    try {
      const { lease, entry, warnings, retryAfterMs } = await this.#world.register(input, proof);
      const isWaiting = retryAfterMs !== undefined;
      claim(
        (lease === undefined) === (!hasLease || isWaiting),
        () => "a lease exactly when one was asked for and nobody else's is alive",
      );
      claim(
        entry.record.name.toLowerCase() === name.toLowerCase(),
        () => "the entry of another name",
      );
      const isKeyIgnored = warnings.some((warning) =>
        warning.includes("not take over the service key"),
      );
      return { leaseId: lease?.id, isKeyIgnored, isWaiting };
    } catch (error) {
      if (!HubError.is(error)) throw error;
      return { code: error.code };
    }
  }

  async #beat(slot: Slot, draining: boolean | undefined): Promise<void> {
    const fact = this.#facts.houses.get(nameOf(slot))?.instances.get(slot.endpoint);
    if (fact?.leaseId === undefined) return;
    const { registry } = this.#world;
    await registry.drain(); // So that what the beat itself writes can be told from the rest.
    const isAlive = !this.#facts.isLost(fact);
    const entry = registry.get(this.#facts.ids.get(nameOf(slot)) ?? "");
    const before = { version: registry.version, seq: registry.lastSeq, entry: entry?.record };
    const statusBefore = this.#facts.statusOf(slot);
    let accepted = true;
    try {
      registry.renew(fact.leaseId, draining === undefined ? {} : { draining });
    } catch (error) {
      claim(HubError.is(error) && error.code === "LEASE_UNKNOWN", () => `a beat threw ${error}`);
      accepted = false;
    }
    claim(
      accepted === isAlive,
      () => `a beat was ${accepted ? "taken" : "refused"} at ${this.#facts.now}`,
    );
    if (accepted) {
      fact.renewedAt = this.#facts.now;
      fact.aliveAt = this.#facts.now;
      fact.isGrace = false;
      if (!fact.isOnTrust) fact.isDraining = draining ?? fact.isDraining;
      claim(this.#facts.statusOf(slot) !== "down", () => "an accepted beat, and down");
    }
    if (this.#facts.statusOf(slot) !== statusBefore) return;
    await Promise.resolve();
    claim(registry.version === before.version, () => "a beat changed the version");
    if (!this.#facts.isBehind)
      claim(registry.lastSeq === before.seq, () => "a beat is in the journal");
    const after = registry.get(this.#facts.ids.get(nameOf(slot)) ?? "")?.record;
    if (!this.#facts.isBehind) claim(after === before.entry, () => "a beat changed the record");
  }

  /** Leases that were replaced or given back are nobody's. */
  async #useSpent(use: (lease: string) => unknown): Promise<void> {
    for (const lease of this.#facts.spentLeases.slice(-3)) {
      try {
        await use(lease);
        claim(false, () => `the spent ${lease} did something`);
      } catch (error) {
        const codes = this.#world.store.isFailing
          ? ["LEASE_UNKNOWN", "STORE_UNAVAILABLE"]
          : ["LEASE_UNKNOWN"];
        claim(HubError.is(error) && codes.includes(error.code), () => String(error));
      }
    }
  }

  async #deregister(slot: Slot): Promise<void> {
    const house = this.#facts.houses.get(nameOf(slot));
    const fact = house?.instances.get(slot.endpoint);
    if (fact?.leaseId === undefined) return;
    const { leaseId } = fact;
    const before = this.#facts.statusOf(slot);
    try {
      await this.#world.registry.deregister(leaseId);
    } catch (error) {
      claim(this.#world.store.isFailing, () => `deregistering threw ${error}`);
      return;
    }
    this.#facts.spentLeases.push(leaseId);
    const mayBeAlive = fact.isOnTrust && !this.#facts.isLostUnseen(fact);
    if (this.#facts.askerOf(fact) !== undefined || mayBeAlive) this.#facts.giveBack(fact, before);
    else house?.instances.delete(slot.endpoint);
  }

  async #remove(slot: Slot): Promise<void> {
    const house = this.#facts.houses.get(nameOf(slot));
    const id = this.#facts.ids.get(nameOf(slot));
    if (house === undefined || id === undefined) return;
    try {
      await this.#world.registry.remove(id, () => {});
    } catch (error) {
      claim(this.#world.store.isFailing, () => `removing threw ${error}`);
      return;
    }
    for (const { leaseId } of house.instances.values())
      if (leaseId !== undefined) this.#facts.spentLeases.push(leaseId);
    this.#facts.houses.delete(nameOf(slot));
    this.#facts.ids.delete(nameOf(slot));
  }

  /** Many at once: whoever wins, the catalogue is one that some order would have given. */
  async #race(racers: readonly Slot[], crashes: boolean): Promise<void> {
    const before = new Map(racers.map((slot) => [slot, this.#facts.statusOf(slot)]));
    const guarded = this.#races.guardedAgainstKeys();
    const acked = new Map<Slot, string | undefined>();
    // Who waits is remembered also when the store fails before it is told so.
    const waiting = new Set(racers.filter((slot) => this.#facts.maySettle(slot).is === "wait"));
    const attempts = racers.map(async (slot) => {
      const { code, leaseId, isWaiting } = await this.#tryRegister(slot);
      if (code === undefined && isWaiting === true) waiting.add(slot);
      else if (code !== "STORE_UNAVAILABLE") waiting.delete(slot);
      if (code === undefined && isWaiting !== true) acked.set(slot, leaseId);
    });
    if (crashes) {
      // Some have been acknowledged by now, some are with the store, some are not.
      for (let turn = 0; turn < racers.length * 3; turn += 1) await Promise.resolve();
      const ackedBefore = new Map(acked);
      await this.#restart();
      this.#races.adopt(racers, ackedBefore, new Map());
      this.#facts.hearNobody();
    } else {
      await Promise.all(attempts);
      this.#races.adopt(racers, acked, before);
      for (const slot of racers) if (waiting.has(slot)) this.#races.noteAsking(slot);
    }
    this.#races.claimKept(guarded);
  }

  async #restart(): Promise<void> {
    await this.#world.restart();
    this.#probes.drop();
    this.#facts.startAnew();
    this.#judge.startAnew();
  }

  async #check(): Promise<void> {
    await this.#world.registry.drain();
    this.#judge.checkCatalogue();
    this.#judge.checkStatuses();
    this.#judge.checkEvents();
    if (this.#facts.isBehind && !this.#world.store.isFailing) {
      this.#sweep(); // It is the sweep that tries the store again.
      await this.#world.registry.drain();
      this.#judge.checkEvents();
      this.#facts.isBehind = false;
    }
    if (!this.#facts.isBehind) await this.#judge.checkStore();
  }
}
