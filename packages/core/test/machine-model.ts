import { HubError } from "../src/errors.js";
import type { JournalEvent } from "../src/events.js";
import { sha256Hex } from "../src/hash.js";
import { latenessToleranceMs } from "../src/hub-time.js";
import type { ProbeTask } from "../src/observer.js";
import type { ProbeOutcome } from "../src/probe.js";
import { defaultSettings } from "../src/settings.js";
import { World } from "./world.js";

/**
 * A second, simple account of what the registry should do, kept from raw facts: when each instance
 * registered, beat, and was probed. It knows nothing of how the registry comes to its conclusions.
 */

export type Step =
  | { readonly do: "register" | "beat" | "stale-beat" | "deregister"; readonly slot: number }
  | { readonly do: "stale-deregister" | "remove" | "drain"; readonly slot: number }
  | { readonly do: "answer"; readonly slot: number; readonly yes: boolean }
  | { readonly do: "all-die" | "sweep" | "take-probes" | "restart" }
  | { readonly do: "race" | "crash"; readonly slots: readonly number[] }
  | { readonly do: "advance" | "jump"; readonly ms: number }
  | { readonly do: "run"; readonly seconds: number }
  | { readonly do: "finish-probes"; readonly count: number }
  | { readonly do: "store"; readonly works: boolean };

type Slot = {
  readonly name: string;
  readonly endpoint: string;
  readonly key?: string;
  readonly ttlMs?: number;
  readonly hasLease: boolean;
};

const url = (port: number) => `http://127.0.0.1:${port}/mcp`;

const slots: readonly Slot[] = [
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
type Fact = {
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

type House = { key: string | undefined; readonly instances: Map<string, Fact> };

type Flight = { readonly task: ProbeTask; readonly fact: Fact; readonly outcome: ProbeOutcome };

const { downAfterMs, leaseTtlMs, sweepMs, failuresUntilUnreachable } = defaultSettings;

function claim(holds: boolean, what: () => string): asserts holds {
  if (!holds) throw new Error(what());
}

export async function runSchedule(schedule: readonly Step[]): Promise<void> {
  const model = new MachineModel(await World.create());
  for (const step of schedule) await model.take(step);
  await model.end();
}

class MachineModel {
  readonly #world: World;
  /** By name key: the names above differ in more than case exactly when they are different names. */
  readonly #houses = new Map<string, House>();
  readonly #ids = new Map<string, string>();
  readonly #spentLeases: string[] = [];
  readonly #replayed = new Map<string, string>();
  #flights: Flight[] = [];
  #now = 0;
  #sweptAt = 0;
  #seen = 0;
  #lastSeq = 0;
  /** Observations may be waiting for the store, so the journal may be behind. */
  #isBehind = false;

  constructor(world: World) {
    this.#world = world;
  }

  async take(step: Step): Promise<void> {
    this.#advance(1); // No two requests come at quite the same time.
    switch (step.do) {
      case "register":
        await this.#register(slotAt(step.slot));
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
        if (step.yes) this.#world.answering.add(slotAt(step.slot).endpoint);
        else this.#world.answering.delete(slotAt(step.slot).endpoint);
        break;
      case "all-die":
        this.#world.answering.clear();
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
        this.#takeProbes();
        break;
      case "finish-probes":
        this.#finishProbes(step.count);
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
        this.#isBehind = true;
        break;
    }
    await this.#check();
  }

  /** In the end everything dies, and everything must be seen down: protection has an end. */
  async end(): Promise<void> {
    const { registry, store, answering } = this.#world;
    store.isFailing = false;
    answering.clear();
    this.#finishProbes(this.#flights.length);
    const longest =
      120_000 + defaultSettings.guardMaxMs + 2 * leaseTtlMs + 3 * sweepMs + downAfterMs;
    for (let passed = 0; passed < longest; passed += sweepMs) {
      this.#advance(sweepMs);
      this.#sweep();
      this.#takeProbes();
      this.#finishProbes(this.#flights.length);
    }
    await this.#check();
    for (const entry of registry.list())
      for (const { record, health } of entry.instances)
        claim(
          health.status === "down",
          () => `${record.endpoint} is dead and still ${health.status}`,
        );
  }

  #sweep(): void {
    this.#world.registry.sweep();
    this.#sweptAt = this.#now;
  }

  #advance(ms: number): void {
    this.#world.clock.advance(ms);
    this.#world.registry.now();
    this.#now += Math.min(ms, sweepMs + latenessToleranceMs);
  }

  /** A hub that works, with servers that beat while they answer. */
  async #run(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed += 5) {
      this.#advance(5_000);
      for (const slot of slots)
        if (this.#world.answering.has(slot.endpoint)) await this.#beat(slot, undefined);
      this.#sweep();
      this.#takeProbes();
      this.#finishProbes(this.#flights.length);
      await this.#world.registry.drain();
      this.#checkStatuses();
    }
  }

  // What the model says of leases and names.

  #house(slot: Slot): House {
    const known = this.#houses.get(nameOf(slot));
    if (known !== undefined) return known;
    const house: House = { key: undefined, instances: new Map() };
    this.#houses.set(nameOf(slot), house);
    return house;
  }

  #isLost(fact: Fact): boolean {
    return fact.ttlMs !== undefined && this.#now - fact.renewedAt > fact.ttlMs;
  }

  /** Who may have a name, told in another way than `decideRegistration` does. */
  #maySettle(slot: Slot): "alone" | "beside" | "no" {
    const house = this.#houses.get(nameOf(slot));
    if (house === undefined || house.instances.size === 0) return "alone";
    if (house.key !== undefined && house.key === slot.key) return "beside";
    const own = house.instances.get(slot.endpoint);
    if (own !== undefined && house.key === undefined) return "beside";
    if (own?.ttlMs !== undefined && !this.#isLost(own)) return "no";
    const others = [...house.instances.keys()].filter((endpoint) => endpoint !== slot.endpoint);
    return others.some((endpoint) => this.#world.answering.has(endpoint)) ? "no" : "alone";
  }

  async #register(slot: Slot): Promise<void> {
    const expected = this.#maySettle(slot);
    const before = this.#statusOf(slot);
    const yields = this.#yieldingTo(slot);
    const staysKeyless = this.#staysKeyless(slot);
    const result = await this.#tryRegister(slot);
    if (this.#world.store.isFailing) {
      // To refuse needs no store, once the conflict is in the journal.
      const isRefused = expected === "no" && result.code === "NAME_TAKEN";
      claim(isRefused || result.code === "STORE_UNAVAILABLE", () => `got ${result.code ?? "yes"}`);
      return;
    }
    const code = expected === "no" ? "NAME_TAKEN" : undefined;
    claim(result.code === code, () => `${slot.name} ${slot.endpoint}: ${result.code}, not ${code}`);
    if (result.code !== undefined) return;
    claim(
      result.isKeyIgnored === (expected === "beside" && staysKeyless),
      () => `${slot.endpoint}: its key was ${result.isKeyIgnored ? "ignored" : "taken over"}`,
    );
    const house = this.#house(slot);
    if (expected === "beside")
      for (const endpoint of yields) {
        const leaseId = house.instances.get(endpoint)?.leaseId;
        if (leaseId !== undefined) this.#spentLeases.push(leaseId);
        house.instances.delete(endpoint);
      }
    this.#settle(slot, result.leaseId, expected === "beside", before);
    if (result.isKeyIgnored) house.key = undefined;
  }

  /** Where the instances are that go when this one joins their name. */
  #yieldingTo(slot: Slot): string[] {
    const house = this.#houses.get(nameOf(slot));
    if (house === undefined || house.instances.has(slot.endpoint)) return [];
    return [...house.instances]
      .filter(([, fact]) => this.#statusOf(fact.slot) === "down")
      .map(([endpoint]) => endpoint);
  }

  /** A name without a key gets none while somebody there calls. */
  #staysKeyless(slot: Slot): boolean {
    const house = this.#houses.get(nameOf(slot));
    if (slot.key === undefined || house === undefined || house.key !== undefined) return false;
    return [...house.instances.values()].some((fact) => this.#holdsLease(fact));
  }

  #holdsLease(fact: Fact): boolean {
    return fact.ttlMs !== undefined && !this.#isLost(fact);
  }

  async #tryRegister(
    slot: Slot,
  ): Promise<{ code?: string; leaseId?: string | undefined; isKeyIgnored?: boolean }> {
    const { name, endpoint, key, ttlMs, hasLease } = slot;
    try {
      const { lease, entry, warnings } = await this.#world.register({
        name,
        endpoint,
        transport: "http",
        ...(key === undefined ? {} : { serviceKey: key }),
        ...(hasLease ? { lease: ttlMs === undefined ? {} : { ttlMs } } : {}),
      });
      claim((lease === undefined) === !hasLease, () => "a lease exactly when one was asked for");
      claim(
        entry.record.name.toLowerCase() === name.toLowerCase(),
        () => "the entry of another name",
      );
      const isKeyIgnored = warnings.some((warning) => warning.includes("was not taken over"));
      return { leaseId: lease?.id, isKeyIgnored };
    } catch (error) {
      if (!HubError.is(error)) throw error;
      return { code: error.code };
    }
  }

  #settle(slot: Slot, leaseId: string | undefined, isBeside: boolean, before?: string): void {
    const house = this.#house(slot);
    const known = house.instances.get(slot.endpoint);
    for (const [endpoint, fact] of house.instances) {
      if (isBeside && endpoint !== slot.endpoint) continue;
      if (fact.leaseId !== undefined) this.#spentLeases.push(fact.leaseId);
      house.instances.delete(endpoint);
    }
    house.key = slot.key;
    house.instances.set(slot.endpoint, {
      slot,
      leaseId,
      leaseHash: leaseHashOf(leaseId),
      ttlMs: slot.hasLease ? (slot.ttlMs ?? leaseTtlMs) : undefined,
      registeredAt: this.#now,
      renewedAt: this.#now,
      aliveAt: this.#now,
      isDraining: false,
      failures: 0,
      failingSince: undefined,
      lastProbe: undefined,
      inherited: isBeside && known !== undefined && before === "up" ? "up" : undefined,
    });
  }

  async #beat(slot: Slot, draining: boolean | undefined): Promise<void> {
    const fact = this.#houses.get(nameOf(slot))?.instances.get(slot.endpoint);
    if (fact?.leaseId === undefined) return;
    const { registry } = this.#world;
    await registry.drain(); // So that what the beat itself writes can be told from the rest.
    const isAlive = !this.#isLost(fact);
    const entry = registry.get(this.#ids.get(nameOf(slot)) ?? "");
    const before = { version: registry.version, seq: registry.lastSeq, entry: entry?.record };
    const statusBefore = this.#statusOf(slot);
    let accepted = true;
    try {
      registry.renew(fact.leaseId, draining === undefined ? {} : { draining });
    } catch (error) {
      claim(HubError.is(error) && error.code === "LEASE_UNKNOWN", () => `a beat threw ${error}`);
      accepted = false;
    }
    claim(
      accepted === isAlive,
      () => `a beat was ${accepted ? "taken" : "refused"} at ${this.#now}`,
    );
    if (accepted) {
      fact.renewedAt = this.#now;
      fact.aliveAt = this.#now;
      fact.isDraining = draining ?? fact.isDraining;
      claim(this.#statusOf(slot) !== "down", () => "an accepted beat, and down");
    }
    if (this.#statusOf(slot) !== statusBefore) return;
    await Promise.resolve();
    claim(registry.version === before.version, () => "a beat changed the version");
    if (!this.#isBehind) claim(registry.lastSeq === before.seq, () => "a beat is in the journal");
    const after = registry.get(this.#ids.get(nameOf(slot)) ?? "")?.record;
    if (!this.#isBehind) claim(after === before.entry, () => "a beat changed the record");
  }

  /** Leases that were replaced or given back are nobody's. */
  async #useSpent(use: (lease: string) => unknown): Promise<void> {
    for (const lease of this.#spentLeases.slice(-3)) {
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
    const house = this.#houses.get(nameOf(slot));
    const fact = house?.instances.get(slot.endpoint);
    if (fact?.leaseId === undefined) return;
    try {
      await this.#world.registry.deregister(fact.leaseId);
    } catch (error) {
      claim(this.#world.store.isFailing, () => `deregistering threw ${error}`);
      return;
    }
    house?.instances.delete(slot.endpoint);
    this.#spentLeases.push(fact.leaseId);
  }

  async #remove(slot: Slot): Promise<void> {
    const house = this.#houses.get(nameOf(slot));
    const id = this.#ids.get(nameOf(slot));
    if (house === undefined || id === undefined) return;
    try {
      await this.#world.registry.remove(id, () => {});
    } catch (error) {
      claim(this.#world.store.isFailing, () => `removing threw ${error}`);
      return;
    }
    for (const { leaseId } of house.instances.values())
      if (leaseId !== undefined) this.#spentLeases.push(leaseId);
    this.#houses.delete(nameOf(slot));
    this.#ids.delete(nameOf(slot));
  }

  /** Many at once: whoever wins, the catalogue is one that some order would have given. */
  async #race(racers: readonly Slot[], crashes: boolean): Promise<void> {
    const before = new Map(racers.map((slot) => [slot, this.#statusOf(slot)]));
    const guarded = this.#guardedAgainstKeys();
    const acked = new Map<Slot, string | undefined>();
    const attempts = racers.map(async (slot) => {
      const { code, leaseId } = await this.#tryRegister(slot);
      if (code === undefined) acked.set(slot, leaseId);
    });
    if (crashes) {
      // Some have been acknowledged by now, some are with the store, some are not.
      for (let turn = 0; turn < racers.length * 3; turn += 1) await Promise.resolve();
      const ackedBefore = new Map(acked);
      await this.#restart();
      this.#adopt(racers, ackedBefore, new Map());
    } else {
      await Promise.all(attempts);
      this.#adopt(racers, acked, before);
    }
    for (const [name, endpoint] of guarded) {
      const record = this.#world.registry
        .list()
        .find((entry) => entry.record.name.toLowerCase() === name)?.record;
      claim(
        record?.serviceKeyHash === undefined &&
          record?.instances.map((one) => one.endpoint).join() === endpoint,
        () => `${name} was taken from ${endpoint}, which calls and answers`,
      );
    }
  }

  /** Names without a key whose only instance calls and answers: nobody can take them or share them. */
  #guardedAgainstKeys(): Map<string, string> {
    const guarded = new Map<string, string>();
    for (const [name, { key, instances }] of this.#houses) {
      const [fact, ...more] = instances.values();
      if (key !== undefined || fact === undefined || more.length > 0) continue;
      const { endpoint } = fact.slot;
      if (this.#holdsLease(fact) && this.#world.answering.has(endpoint))
        guarded.set(name, endpoint);
    }
    return guarded;
  }

  /** Reads the winners of a race from the catalogue, and checks that they may have won. */
  #adopt(
    racers: readonly Slot[],
    acked: ReadonlyMap<Slot, string | undefined>,
    before: ReadonlyMap<Slot, string | undefined>,
  ): void {
    const names = new Set([...acked.keys()].map(nameOf));
    for (const [slot, leaseId] of acked) {
      const record = this.#recordOf(slot);
      // Acknowledged is stored, unless another racer took over from it since.
      const isThere = record !== undefined && leaseHashOf(leaseId) === record.leaseHash;
      const rivals = racers.filter((one) => one !== slot && nameOf(one) === nameOf(slot));
      const mayBeReplaced = rivals.length > 0;
      claim(isThere || mayBeReplaced, () => `${slot.endpoint} was acknowledged and is gone`);
      if (isThere) this.#settle(slot, leaseId, true, before.get(slot));
      else if (leaseId !== undefined) this.#spentLeases.push(leaseId);
    }
    for (const [name, house] of this.#houses) {
      if (!names.has(name)) continue;
      for (const [endpoint, fact] of house.instances) {
        const record = this.#recordOf(fact.slot);
        if (record !== undefined && fact.leaseHash === record.leaseHash) continue;
        if (fact.leaseId !== undefined) this.#spentLeases.push(fact.leaseId);
        house.instances.delete(endpoint);
      }
      const keys = new Set([...house.instances.values()].map((fact) => fact.slot.key));
      claim(keys.size <= 1, () => `${name} has owners with keys ${[...keys].join(", ")}`);
      const [key] = keys;
      // A key that came while a lease was alive may have been ignored; which came first, nobody knows.
      const hash = this.#world.registry.get(this.#ids.get(name) ?? "")?.record.serviceKeyHash;
      claim(
        hash === undefined || keys.size === 0 || hash === sha256Hex(key ?? ""),
        () => `${name} has the key of nobody in it`,
      );
      house.key = hash === undefined ? undefined : key;
    }
    this.#forgetUnacknowledged();
  }

  /** A crash may leave what was stored and not yet acknowledged; nobody holds its lease. */
  #forgetUnacknowledged(): void {
    for (const entry of this.#world.registry.list()) {
      const name = entry.record.name.toLowerCase();
      for (const record of entry.record.instances) {
        const house = this.#houses.get(name);
        const fact = house?.instances.get(record.endpoint);
        if (fact !== undefined && fact.leaseHash === record.leaseHash) continue;
        const slot = slots.find(
          (one) =>
            one.endpoint === record.endpoint &&
            nameOf(one) === name &&
            (one.key === undefined) === (entry.record.serviceKeyHash === undefined),
        );
        claim(slot !== undefined, () => `who is ${record.endpoint}?`);
        this.#settle(slot, undefined, entry.record.instances.length > 1);
        const settled = this.#house(slot).instances.get(record.endpoint);
        if (settled !== undefined) settled.leaseHash = record.leaseHash;
      }
      const house = this.#houses.get(name);
      for (const endpoint of [...(house?.instances.keys() ?? [])])
        if (!entry.record.instances.some((one) => one.endpoint === endpoint))
          house?.instances.delete(endpoint);
      if (house !== undefined && entry.record.serviceKeyHash === undefined) house.key = undefined;
      if (house !== undefined && entry.record.serviceKeyHash !== undefined) house.key = "K";
    }
  }

  async #restart(): Promise<void> {
    await this.#world.restart();
    this.#flights = [];
    this.#replayed.clear();
    this.#seen = this.#world.events.length;
    this.#isBehind = false;
    this.#now = 0;
    this.#sweptAt = 0;
    for (const house of this.#houses.values()) {
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
    for (const entry of this.#world.registry.list())
      for (const { record, health } of entry.instances) {
        claim(health.status === "pending", () => "after a restart nothing is known");
        this.#replayed.set(`${entry.record.id} ${record.id}`, "pending");
      }
  }

  // Probes, which may come back late.

  #takeProbes(): void {
    for (const task of this.#world.registry.takeDueProbes(100)) {
      const fact = this.#factAt(task.target.endpoint, task.serverId);
      claim(
        fact !== undefined,
        () => `a probe of ${task.target.endpoint}, which is not registered`,
      );
      this.#flights.push({ task, fact, outcome: this.#world.look(task.target) });
    }
  }

  #finishProbes(count: number): void {
    for (const { task, fact, outcome } of this.#flights.splice(0, count)) {
      this.#world.registry.recordProbe(task, outcome);
      fact.lastProbe = outcome.ok;
      fact.failures = outcome.ok ? 0 : fact.failures + 1;
      fact.failingSince = outcome.ok ? undefined : (fact.failingSince ?? this.#now);
      if (outcome.ok) fact.aliveAt = this.#now;
    }
  }

  #factAt(endpoint: string, serverId: string): Fact | undefined {
    for (const [name, house] of this.#houses)
      if (this.#ids.get(name) === serverId) return house.instances.get(endpoint);
    return undefined;
  }

  // What must hold at every moment.

  async #check(): Promise<void> {
    await this.#world.registry.drain();
    this.#checkCatalogue();
    this.#checkStatuses();
    this.#checkEvents();
    if (this.#isBehind && !this.#world.store.isFailing) {
      this.#sweep(); // It is the sweep that tries the store again.
      await this.#world.registry.drain();
      this.#checkEvents();
      this.#isBehind = false;
    }
    if (!this.#isBehind) await this.#checkStore();
  }

  #checkCatalogue(): void {
    const { registry } = this.#world;
    const ids = new Set<string>();
    for (const { record, instances } of registry.list()) {
      claim(!ids.has(record.id), () => `two entries have the id ${record.id}`);
      claim(/^[a-z0-9]+(-[a-z0-9]+)*$/.test(record.id), () => `a strange id: ${record.id}`);
      ids.add(record.id);
      const name = record.name.toLowerCase();
      const id = this.#ids.get(name) ?? record.id;
      claim(id === record.id, () => `${name} was ${id} and is ${record.id}`);
      this.#ids.set(name, id);
      const house = this.#houses.get(name);
      const theirs = [...(house?.instances.keys() ?? [])].sort().join();
      const ours = record.instances
        .map((one) => one.endpoint)
        .sort()
        .join();
      claim(theirs === ours, () => `${name}: the registry has ${ours}, the model ${theirs}`);
      claim(
        record.instances.length < 2 || record.serviceKeyHash === sha256Hex(house?.key ?? ""),
        () => `${name} is shared without a key`,
      );
      const instanceIds = new Set(instances.map((one) => one.record.id));
      claim(instanceIds.size === instances.length, () => `${name}: two instances share an id`);
    }
    for (const [name, house] of this.#houses)
      claim(
        house.instances.size === 0 || registry.get(this.#ids.get(name) ?? "") !== undefined,
        () => `${name} is lost`,
      );
  }

  #checkStatuses(): void {
    for (const { record, instances } of this.#world.registry.list())
      for (const { record: instance, health } of instances) {
        const fact = this.#factAt(instance.endpoint, record.id);
        claim(fact !== undefined, () => `${instance.endpoint} is not registered`);
        const why = this.#whyNot(health.status, fact);
        claim(
          why === undefined,
          () =>
            `${instance.endpoint} is ${health.status}, but ${why}: ${JSON.stringify(fact)} at ${this.#now}`,
        );
      }
  }

  /** What speaks against a status, by the raw facts. */
  #whyNot(status: string, fact: Fact): string | undefined {
    const lost = this.#isLost(fact);
    const silentMs = this.#now - fact.aliveAt;
    switch (status) {
      case "up":
        if (fact.lastProbe === undefined && fact.inherited !== "up") return "nobody has seen it";
        // Time alone is noticed by the sweep.
        return fact.ttlMs !== undefined &&
          this.#sweptAt - fact.renewedAt > fact.ttlMs &&
          (fact.failingSince ?? this.#now) < this.#sweptAt
          ? "it is silent"
          : undefined;
      case "pending":
        return fact.lastProbe === true && !fact.isDraining && fact.failures === 0
          ? "it answers"
          : undefined;
      case "unreachable": {
        if (fact.lastProbe === true) return undefined; // One good probe is not enough to come back.
        if (fact.failures === 0) return "no probe failed";
        if (fact.ttlMs === undefined)
          return fact.failures >= failuresUntilUnreachable ? undefined : "too few probes failed";
        if (lost || fact.renewedAt > (fact.failingSince ?? this.#now)) return undefined;
        return "its lease is alive and nothing proves that it lives";
      }
      case "draining":
        return fact.isDraining ? undefined : "it never said so";
      default:
        if (fact.ttlMs !== undefined && !lost) return "its lease is alive";
        if (fact.lastProbe === true) return undefined;
        if (fact.failures === 0 && !fact.isDraining) return "no probe failed";
        return silentMs > Math.max(downAfterMs, fact.ttlMs ?? 0) ? undefined : "it is too early";
    }
  }

  /** The events alone must tell the same story as the catalogue. */
  #checkEvents(): void {
    for (const event of this.#world.events.slice(this.#seen)) {
      claim(event.seq > this.#lastSeq, () => `event ${event.seq} after ${this.#lastSeq}`);
      this.#lastSeq = event.seq;
      this.#replay(event);
    }
    this.#seen = this.#world.events.length;
    if (this.#isBehind || this.#world.store.isFailing) return;
    const told = [...this.#replayed].map(([id, status]) => `${id} ${status}`).sort();
    const true_ = this.#world.registry
      .list()
      .flatMap(({ record, instances }) =>
        instances.map((one) => `${record.id} ${one.record.id} ${one.health.status}`),
      )
      .sort();
    claim(told.join() === true_.join(), () => `the events say ${told}, the catalogue ${true_}`);
  }

  #replay(event: JournalEvent): void {
    const idOf = (instance: { readonly id: string }) => `${event.serverId} ${instance.id}`;
    switch (event.kind) {
      case "registered":
        for (const replaced of event.replaced) this.#replayed.delete(idOf(replaced));
        this.#replayed.set(idOf(event.instance), "pending");
        break;
      case "status-changed": {
        const known = this.#replayed.get(idOf(event.instance));
        claim(known === event.from, () => `from ${event.from}, but it was ${known}`);
        this.#replayed.set(idOf(event.instance), event.to);
        break;
      }
      case "deregistered":
        this.#replayed.delete(idOf(event.instance));
        break;
      case "forgotten":
        for (const id of [...this.#replayed.keys()])
          if (id.startsWith(`${event.serverId} `)) this.#replayed.delete(id);
        break;
      default:
    }
  }

  /** What the store has is what the catalogue shows. */
  async #checkStore(): Promise<void> {
    const stored = await this.#world.store.kept.load();
    const told = stored.entries.map((record) => `${record.id} ${record.version}`).sort();
    const shown = this.#world.registry.list().map(({ record }) => `${record.id} ${record.version}`);
    claim(told.join() === shown.join(), () => `stored ${told}, shown ${shown}`);
    claim(stored.lastSeq === this.#world.registry.lastSeq, () => "the journal is ahead");
  }

  #recordOf(slot: Slot) {
    return this.#instanceOf(slot)?.record;
  }

  #statusOf(slot: Slot): string | undefined {
    return this.#instanceOf(slot)?.health.status;
  }

  #instanceOf(slot: Slot) {
    return this.#world.registry
      .list()
      .find(({ record }) => record.name.toLowerCase() === nameOf(slot))
      ?.instances.find((one) => one.record.endpoint === slot.endpoint);
  }
}

const nameOf = (slot: Slot) => slot.name.toLowerCase();

function leaseHashOf(leaseId: string | undefined): string | undefined {
  return leaseId === undefined ? undefined : sha256Hex(leaseId);
}

function slotAt(index: number): Slot {
  const slot = slots[index];
  if (slot === undefined) throw new Error(`There is no slot ${index}.`);
  return slot;
}
