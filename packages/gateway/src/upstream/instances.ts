import type { BudgetBook, Entry, Era, Instance, InstanceStatus, Transport } from "@hub/core";
import type { JsonObject } from "@hub/core/json";
import type { BudgetUse } from "@hub/core/limits";
import type { CatalogueSource } from "../catalogue/views.js";
import type { GatewayLimits } from "../limits.js";
import { mostInFlight } from "./most-in-flight.js";
import { Places } from "./places.js";

/** What a server of a 2025 revision answered to `initialize`. */
export type Initialized = {
  readonly protocolVersion: string;
  readonly capabilities: JsonObject;
};

/** Whether an upstream that speaks the modern revision also opens sessions of the 2025 ones. */
export type LegacySessions = "unknown" | "sessions" | "stateless" | "none";

/** Answers of the hub's own that are on their way to one instance at the same time. */
const mostReplies = 16;

/** One instance of a server as the gateway calls it. */
export class UpstreamInstance {
  readonly serverId: string;
  readonly instanceId: string;
  #knownSince: number;
  /** The URL that answered the last good probe. */
  endpoint = "";
  transport: Transport = "streamable-http";
  status: InstanceStatus = "pending";
  /** Undefined until a probe has found out. */
  era: Era | undefined;
  legacySessions: LegacySessions = "unknown";
  /** What one that keeps no sessions answered; it need not be greeted again. */
  greeting: Initialized | undefined;
  /** Whether it has opened a stream of a session before it had anything to say there. */
  opensStreams = false;
  /** The last sign of life: a byte of an answer, or a good probe. Hub time. */
  aliveAt = Number.NEGATIVE_INFINITY;
  /** Until when it is not tried. Hub time. */
  closedUntil = Number.NEGATIVE_INFINITY;
  /** Places for what it works on. */
  readonly calls: Places;
  /** Places for sessions that its own clients open: newcomers do not wait behind calls. */
  readonly openings: Places;
  /** Places for words that nobody waits for, such as those that end a session. */
  readonly farewells: Places;
  /** Places for what the hub itself answers to what a server asks: see `ownReplies`. */
  readonly replies: Places;
  readonly #limits: GatewayLimits;

  constructor(serverId: string, instance: Instance, limits: GatewayLimits, budgets: BudgetBook) {
    this.serverId = serverId;
    this.instanceId = instance.record.id;
    this.#knownSince = instance.health.knownSince;
    this.#limits = limits;
    const places = {
      most: budgets.limit("callsInFlight"),
      mostWaiting: budgets.limit("callsWaiting"),
      onFull: () => budgets.refused("callsWaiting"),
    };
    this.calls = new Places(places);
    this.openings = new Places(places);
    this.farewells = new Places(places);
    this.replies = new Places({
      most: mostReplies,
      mostWaiting: budgets.limit("repliesWaiting"),
      onFull: () => budgets.refused("repliesWaiting"),
    });
  }

  /** When it registered last, in hub time: before that it may have been another process. */
  get knownSince(): number {
    return this.#knownSince;
  }

  /** Calls and openings that wait for a place. */
  get inLine(): number {
    return this.calls.waiting + this.openings.waiting;
  }

  /** Its own, else that of its server's snapshot; undefined until either is known. */
  eraIn(entry: Entry): Era | undefined {
    return this.era ?? entry.snapshot?.era;
  }

  follow({ record, health }: Instance): void {
    const { outcome } = health;
    this.endpoint = outcome?.ok === true ? outcome.endpoint : record.endpoint;
    this.transport = outcome?.ok === true ? outcome.transport : record.transport;
    this.status = health.status;
    // It registered again: perhaps another process, which may speak otherwise and deserves a try.
    if (health.knownSince !== this.#knownSince || health.era !== this.era) {
      this.forgetLegacySessions();
      this.closedUntil = Number.NEGATIVE_INFINITY;
    }
    this.#knownSince = health.knownSince;
    this.era = health.era;
    const answeredAt = health.answeredAt ?? Number.NEGATIVE_INFINITY;
    if (answeredAt > this.aliveAt) this.showLife(answeredAt);
  }

  /** What was found out about its sessions does not hold any more. */
  forgetLegacySessions(): void {
    this.legacySessions = "unknown";
    this.greeting = undefined;
    this.opensStreams = false;
  }

  showLife(at: number): void {
    this.aliveAt = at;
    this.closedUntil = Number.NEGATIVE_INFINITY;
  }

  /** A call that began at `since` ran out of time. If nothing else came either, nobody is kept waiting. */
  timedOut(since: number, now: number): void {
    if (this.aliveAt < since) this.closedUntil = now + this.#limits.circuitMs;
  }

  /** Calls that it works on now. */
  get inFlight(): number {
    return this.calls.taken;
  }
}

/** Better first. An instance that drains gets no new calls, one that is down none at all. */
const preference: readonly InstanceStatus[] = [
  "up",
  "suspect",
  "pending",
  "unreachable",
  "needs-token",
];

/** The instances of all servers, with what the gateway itself knows of each. */
export class Instances {
  readonly #limits: GatewayLimits;
  readonly #budgets: BudgetBook;
  readonly #catalogue: Pick<CatalogueSource, "get" | "now">;
  /** By server, then by instance. */
  readonly #known = new Map<string, Map<string, UpstreamInstance>>();
  #turn = 0;

  constructor(
    limits: GatewayLimits,
    budgets: BudgetBook,
    catalogue: Pick<CatalogueSource, "get" | "now">,
  ) {
    this.#limits = limits;
    this.#budgets = budgets;
    this.#catalogue = catalogue;
    budgets.watch("callsInFlight", () => this.#most(({ inFlight }) => inFlight));
    budgets.watch("callsWaiting", () => this.#most(({ inLine }) => inLine));
    budgets.watch("repliesWaiting", () => this.#most(({ replies }) => replies.waiting));
  }

  of(entry: Entry): readonly UpstreamInstance[] {
    const current = this.#current(entry);
    return current.instances.map((instance) => this.#follow(current, instance));
  }

  get(entry: Entry, instanceId: string): UpstreamInstance | undefined {
    const current = this.#current(entry);
    const instance = current.instances.find(({ record }) => record.id === instanceId);
    return instance === undefined ? undefined : this.#follow(current, instance);
  }

  /** The one a new call would go to now. */
  first(entry: Entry): UpstreamInstance | undefined {
    return this.#ranked(entry, this.#turn + 1)[0];
  }

  /** It has just refused the connection, and there is no better one: a second dial would only say so again. */
  isRetryVain(entry: Entry, refusing: UpstreamInstance): boolean {
    const next = this.first(entry);
    return next === refusing && next.status === "suspect";
  }

  /** Those a new call may go to, best first by status, then the least busy. */
  candidates(entry: Entry): readonly UpstreamInstance[] {
    this.#turn = (this.#turn + 1) % 1_000_000;
    return this.#ranked(entry, this.#turn);
  }

  #ranked(entry: Entry, turn: number): readonly UpstreamInstance[] {
    const now = this.#catalogue.now().hub;
    const usable = this.of(entry).filter(
      ({ status, closedUntil }) => preference.includes(status) && closedUntil <= now,
    );
    if (usable.length < 2) return usable;
    return usable
      .map((instance, index) => ({ instance, place: (index + turn) % usable.length }))
      .sort(
        (a, b) =>
          preference.indexOf(a.instance.status) - preference.indexOf(b.instance.status) ||
          a.instance.inFlight - b.instance.inFlight ||
          a.place - b.place,
      )
      .map(({ instance }) => instance);
  }

  /** The instance that has most of something, by the id of its server. */
  #most(count: (instance: UpstreamInstance) => number): BudgetUse {
    let most: BudgetUse = { used: 0 };
    for (const [serverId, known] of this.#known)
      for (const instance of known.values()) {
        const used = count(instance);
        if (used > most.used) most = { used, by: serverId };
      }
    return most;
  }

  /** Drops what belongs to no instance any more. */
  retain(entries: readonly Entry[]): void {
    const present = new Map(
      entries.map(({ record, instances }) => [record.id, instances.map((one) => one.record.id)]),
    );
    for (const [serverId, known] of this.#known) {
      const left = present.get(serverId) ?? [];
      for (const instanceId of known.keys())
        if (!left.includes(instanceId)) known.delete(instanceId);
      if (known.size === 0) this.#known.delete(serverId);
    }
  }

  /** Views keep entries until something visible changes; that a probe found life again is not visible. */
  #current(entry: Entry): Entry {
    return this.#catalogue.get(entry.record.id) ?? entry;
  }

  #follow(entry: Entry, instance: Instance): UpstreamInstance {
    const serverId = entry.record.id;
    let ofServer = this.#known.get(serverId);
    if (ofServer === undefined) {
      ofServer = new Map();
      this.#known.set(serverId, ofServer);
    }
    let known = ofServer.get(instance.record.id);
    if (known === undefined) {
      known = new UpstreamInstance(serverId, instance, this.#limits, this.#budgets);
      ofServer.set(instance.record.id, known);
    }
    known.follow(instance);
    known.calls.allow(mostInFlight(entry, this.#budgets.limit("callsInFlight")));
    return known;
  }
}
