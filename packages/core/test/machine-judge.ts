import type { JournalEvent } from "../src/events.js";
import { sha256Hex } from "../src/hash.js";
import { defaultSettings } from "../src/settings.js";
import { claim, type Fact, type MachineFacts, slotAt, slots } from "./machine-facts.js";

const { downAfterMs, failuresUntilUnreachable } = defaultSettings;

const wasThere = (status: string | undefined) =>
  status === "up" || status === "needs-token" || status === "suspect";

/** What must hold at every moment, whatever the steps were. */
export class MachineJudge {
  readonly #facts: MachineFacts;
  /** The status of each instance as the events alone tell it. */
  readonly #replayed = new Map<string, string>();
  #seen = 0;
  #lastSeq = 0;

  constructor(facts: MachineFacts) {
    this.#facts = facts;
  }

  /** The hub was started again, and knows nothing of anybody's status. */
  startAnew(): void {
    const { events, registry } = this.#facts.world;
    this.#replayed.clear();
    this.#seen = events.length;
    for (const entry of registry.list())
      for (const { record, health } of entry.instances) {
        claim(health.status === "pending", () => "after a restart nothing is known");
        this.#replayed.set(`${entry.record.id} ${record.id}`, "pending");
      }
  }

  checkCatalogue(): void {
    const { registry } = this.#facts.world;
    const ids = new Set<string>();
    for (const { record, instances } of registry.list()) {
      claim(!ids.has(record.id), () => `two entries have the id ${record.id}`);
      claim(/^[a-z0-9]+(-[a-z0-9]+)*$/.test(record.id), () => `a strange id: ${record.id}`);
      ids.add(record.id);
      const name = record.name.toLowerCase();
      const id = this.#facts.ids.get(name) ?? record.id;
      claim(id === record.id, () => `${name} was ${id} and is ${record.id}`);
      this.#facts.ids.set(name, id);
      const house = this.#facts.houses.get(name);
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
      claim(
        record.profile.version === String(slots.indexOf(house?.saidBy ?? slotAt(0))),
        () => `${name}: slot ${record.profile.version} speaks for it`,
      );
      const instanceIds = new Set(instances.map((one) => one.record.id));
      claim(instanceIds.size === instances.length, () => `${name}: two instances share an id`);
    }
    for (const [name, house] of this.#facts.houses)
      claim(
        house.instances.size === 0 || registry.get(this.#facts.ids.get(name) ?? "") !== undefined,
        () => `${name} is lost`,
      );
  }

  checkStatuses(): void {
    for (const { record, instances } of this.#facts.world.registry.list())
      for (const { record: instance, health } of instances) {
        const fact = this.#facts.factAt(instance.endpoint, record.id);
        claim(fact !== undefined, () => `${instance.endpoint} is not registered`);
        const why = this.#whyNot(health.status, fact);
        claim(
          why === undefined,
          () =>
            `${instance.endpoint} is ${health.status}, but ${why}: ${JSON.stringify(fact)} at ${this.#facts.now}`,
        );
      }
  }

  /** What speaks against a status, by the raw facts. */
  #whyNot(status: string, fact: Fact): string | undefined {
    const lost = this.#facts.isLost(fact);
    const silentMs = this.#facts.now - fact.aliveAt;
    const isUnleased = fact.ttlMs === undefined || fact.isOnTrust;
    switch (status) {
      case "up":
        if (fact.lastProbe === undefined && fact.inherited !== "up") return "nobody has seen it";
        if (fact.isDoubted) return "a dial was refused";
        if (fact.lastProbe === true && fact.isLocked) return "it wants a token";
        if (isUnleased && fact.failures > 0 && fact.inherited !== "up") return "a probe failed";
        // Time alone is noticed by the sweep.
        return fact.ttlMs !== undefined &&
          !fact.isOnTrust &&
          this.#facts.sweptAt - fact.renewedAt > fact.ttlMs &&
          (fact.failingSince ?? this.#facts.now) < this.#facts.sweptAt
          ? "it is silent"
          : undefined;
      case "suspect":
        if (fact.lastProbe === true && !fact.isDoubted) return "it answers";
        if (fact.isDoubted || fact.inherited === "suspect") return undefined;
        return isUnleased && fact.failures > 0 ? undefined : "no dial was refused";
      case "needs-token":
        if (fact.isDoubted) return "a dial was refused";
        // A lease outweighs probes that are slow.
        if (!fact.hasAnswered && fact.inherited === "needs-token") return undefined;
        return fact.hasAnswered && fact.isLocked ? undefined : "it never said so";
      case "pending":
        return fact.lastProbe === true && !fact.isDraining && !fact.isDoubted
          ? "it answers"
          : undefined;
      case "unreachable": {
        if (fact.lastProbe === true) return undefined; // One good probe is not enough to come back.
        if (fact.failures === 0) return "no probe failed";
        if (fact.inherited === "unreachable") return undefined;
        const isFailing = fact.failures >= failuresUntilUnreachable;
        if (isUnleased) return isFailing ? undefined : "too few probes failed";
        // Nobody has answered since the lease was granted.
        if (isFailing && wasThere(fact.inherited) && !fact.hasAnswered) return undefined;
        if (lost || fact.renewedAt > (fact.failingSince ?? this.#facts.now)) return undefined;
        return "its lease is alive and nothing proves that it lives";
      }
      case "draining":
        return fact.isDraining ? undefined : "it never said so";
      default:
        if (fact.ttlMs !== undefined && !lost) return "its lease is alive";
        if (fact.lastProbe === true) return undefined;
        // Whose registration proves nothing is what was there before, until it is seen.
        if (fact.lastProbe === undefined && fact.inherited === "down") return undefined;
        if (fact.failures === 0 && !fact.isDraining) return "no probe failed";
        return silentMs > Math.max(downAfterMs, fact.ttlMs ?? 0) ? undefined : "it is too early";
    }
  }

  /** The events alone must tell the same story as the catalogue. */
  checkEvents(): void {
    for (const event of this.#facts.world.events.slice(this.#seen)) {
      claim(event.seq > this.#lastSeq, () => `event ${event.seq} after ${this.#lastSeq}`);
      this.#lastSeq = event.seq;
      this.#replay(event);
    }
    this.#seen = this.#facts.world.events.length;
    if (this.#facts.isBehind || this.#facts.world.store.isFailing) return;
    const told = [...this.#replayed].map(([id, status]) => `${id} ${status}`).sort();
    const true_ = this.#facts.world.registry
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
  async checkStore(): Promise<void> {
    const stored = await this.#facts.world.store.kept.load();
    const told = stored.entries.map((record) => `${record.id} ${record.version}`).sort();
    const shown = this.#facts.world.registry
      .list()
      .map(({ record }) => `${record.id} ${record.version}`);
    claim(told.join() === shown.join(), () => `stored ${told}, shown ${shown}`);
    claim(stored.lastSeq === this.#facts.world.registry.lastSeq, () => "the journal is ahead");
  }
}
