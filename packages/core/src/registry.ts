import { type AdmissionRules, openAdmission } from "./admission-rules.js";
import { type Asker, somebody } from "./audit.js";
import type { Beat } from "./beat.js";
import { BudgetBook, type BudgetUse } from "./budget-book.js";
import { Catalogue } from "./catalogue.js";
import type { Clock } from "./clock.js";
import { CommitEffects } from "./commit-effects.js";
import { CommitQueue } from "./commit-queue.js";
import { Departures, leaseUnknown, serverNotFound } from "./departures.js";
import type { EditChange } from "./edits.js";
import type { Entry, EntryRecord } from "./entry.js";
import type { CredentialsChanged, JournalEvent } from "./events.js";
import type { Now } from "./health.js";
import { leaseIsLost } from "./held-lease.js";
import { HubTime } from "./hub-time.js";
import { allShares, type HubShare, type ReportChannel } from "./hubs/hub-share.js";
import { SharedCatalogue } from "./hubs/shared-catalogue.js";
import { Judgement, type MayJudge } from "./judgement.js";
import { leaseHash } from "./lease-hash.js";
import { Listeners } from "./listeners.js";
import { Observer, type Protection } from "./observer.js";
import { OperatorChanges } from "./operator-changes.js";
import type { NothingListens, ProbeOutcome } from "./probe.js";
import { ProbeAgenda, type ProbeTask } from "./probe-agenda.js";
import type { Trouble } from "./probed.js";
import {
  type LeaseGrant,
  type RegisterResult,
  Registrar,
  type RegistrationContext,
} from "./registrar.js";
import type { Registration } from "./registration.js";
import { defaultSettings, type HubSettings, heartbeatMsFor } from "./settings.js";
import { StatusChanges } from "./status-changes.js";
import type { HistoryPage, HistoryQuery, JournalQuery, RegistryStore } from "./store.js";
import { type Outage, StoreOutage } from "./store-outage.js";

/** What a registry stands on: storage, clocks, chance, and a look at who listens. */
export type RegistryOptions = {
  readonly store: RegistryStore;
  readonly clock: Clock;
  /** Asked whether the holder of a name is gone, when somebody else wants the name. */
  readonly nothingListens: NothingListens;
  readonly settings?: Partial<HubSettings>;
  /** Default: the table's. */
  readonly budgets?: BudgetBook;
  /** Which names are let in without a person. Default: all. */
  readonly admission?: AdmissionRules;
  /** Makes the id of a lease: at least 128 random bits, safe in a URL. */
  readonly newLeaseId: () => string;
  /** In [0, 1); spreads probes. Default: Math.random. */
  readonly random?: () => number;
  /** See `CommitQueueOptions.defer`. Default: after the current microtasks. */
  readonly defer?: (run: () => void) => void;
  /** What of the work is this hub's, beside others on the same store. Default: all of it. */
  readonly hubs?: {
    readonly share: HubShare;
    /** Something is to be told to other hubs at once. */
    readonly hurry: () => void;
  };
  /** Told what a listener of `subscribe` or `onProbesDue` threw. Default: nobody. */
  readonly onListenerError?: (error: unknown) => void;
};

/**
 * The catalogue, alive: registrations are decided one by one and stored before they are acknowledged;
 * what is observed (heartbeats, probes, time) lives in memory and is written down afterwards.
 */
export class Registry {
  readonly settings: HubSettings;
  readonly #options: RegistryOptions;
  readonly #catalogue = new Catalogue();
  readonly #time: HubTime;
  readonly #startedAt: number;
  readonly #queue: CommitQueue;
  readonly #outage: StoreOutage;
  readonly #agenda: ProbeAgenda;
  readonly #statuses: StatusChanges;
  readonly #observer: Observer;
  readonly #registrar: Registrar;
  readonly #departures: Departures;
  readonly #changes: OperatorChanges;
  readonly #judgement: Judgement;
  readonly #shared: SharedCatalogue;
  readonly #share: HubShare;
  readonly #effects: CommitEffects;
  readonly #eventListeners: Listeners<JournalEvent>;
  readonly #wakeListeners: Listeners<void>;

  private constructor(options: RegistryOptions) {
    this.#options = options;
    this.settings = { ...defaultSettings, ...options.settings };
    this.#time = new HubTime(options.clock.monotonic(), this.settings.sweepMs);
    this.#startedAt = options.clock.wall();
    const onListenerError = options.onListenerError ?? (() => {});
    this.#eventListeners = new Listeners(onListenerError);
    this.#wakeListeners = new Listeners(onListenerError);
    const budgets = options.budgets ?? new BudgetBook();
    this.#outage = new StoreOutage(() => this.now());
    this.#queue = new CommitQueue({
      budgets,
      store: options.store,
      sink: {
        recordOf: (id) => this.#effects.recordOf(id),
        take: (commit) => this.#effects.take(commit),
        follow: (followed) => this.#effects.follow(followed),
        publish: (events) => this.#effects.publish(events),
      },
      outage: this.#outage,
      defer: options.defer ?? queueMicrotask,
    });
    const { share = allShares, hurry = () => {} } = options.hubs ?? {};
    this.#share = share;
    const shared = {
      share,
      budgets,
      catalogue: this.#catalogue,
      queue: this.#queue,
      settings: this.settings,
      now: () => this.now(),
    };
    this.#agenda = new ProbeAgenda(shared);
    const onObserved = (serverId: string, instanceId: string, isNews: boolean) => {
      if (!share.isShared) return;
      this.#shared.observations.observed(serverId, instanceId);
      if (isNews) hurry();
    };
    this.#statuses = new StatusChanges({ ...shared, onObserved });
    this.#observer = new Observer({
      ...shared,
      random: options.random ?? Math.random,
      statuses: this.#statuses,
    });
    this.#shared = new SharedCatalogue({
      ...shared,
      statuses: this.#statuses,
      observer: this.#observer,
      hurry,
      wake: () => this.#wake(),
    });
    this.#effects = new CommitEffects({
      ...shared,
      observer: this.#observer,
      statuses: this.#statuses,
      shared: this.#shared,
      tell: (event) => this.#eventListeners.tell(event),
      wake: () => this.#wake(),
    });
    budgets.watch("servers", () => ({ used: this.#catalogue.size }));
    budgets.watch("instances", () => mostInstances(this.#catalogue.list()));
    const rules = options.admission ?? openAdmission;
    this.#changes = new OperatorChanges(shared);
    this.#judgement = new Judgement({ ...shared, rules });
    this.#registrar = new Registrar({
      ...shared,
      rules,
      nothingListens: options.nothingListens,
      onRefused: (endpoint, finding) => this.troubleAt(endpoint, { kind: "refused", finding }),
      newLeaseId: options.newLeaseId,
    });
    this.#departures = new Departures(shared);
  }

  /** Loads what the store has. Every lease gets a full time to live again; every status is observed anew. */
  static async open(options: RegistryOptions): Promise<Registry> {
    const registry = new Registry(options);
    const stored = await options.store.load();
    registry.#effects.restore(stored);
    registry.#queue.startFrom(stored.write ?? 0, stored.lastSeq);
    options.store.shared?.onNews("catalogue", () => registry.#queue.follow());
    registry.#judgement.applyRules();
    return registry;
  }

  /**
   * Registers an instance and resolves when that is durable. Never waits for the new endpoint; looks
   * whether the holders of the name are gone when somebody else has it. A registration that has to
   * wait for the lease at its endpoint has `retryAfterMs`, no lease, and no effect yet.
   * A name that nobody let in waits: it is probed, its lease lives, and others do not see it.
   * Errors: NAME_TAKEN, INSUFFICIENT_SCOPE, ADMISSION_REFUSED, REGISTRY_FULL, STORE_UNAVAILABLE, REVISION_CONFLICT.
   */
  async register(
    registration: Registration,
    context: RegistrationContext = {},
  ): Promise<RegisterResult> {
    const result = await this.#registrar.register(registration, context);
    this.#wake();
    return result;
  }

  /**
   * Extends a lease. Throws LEASE_UNKNOWN when it does not exist, was replaced, or ran out, and for one that is
   * bound to another owner than `ownerId`. Default: it is bound to nobody.
   */
  renew(leaseId: string, said: Beat = {}, ownerId?: string): Omit<LeaseGrant, "id"> {
    const now = this.now();
    const { entry, instance, lease } = this.#holder(leaseId, ownerId);
    const next = this.#shared.afterBeat({ entry, instance }, said, now);
    this.#statuses.observe(entry, instance, next, now, false);
    if (this.#share.isShared)
      this.#shared.tookBeat(leaseHash(leaseId, ownerId), said, instance, now);
    if (next.nextProbeAt < instance.health.nextProbeAt) this.#wake();
    return { ttlMs: lease.ttlMs, heartbeatMs: heartbeatMsFor(this.settings, lease.ttlMs) };
  }

  /** The instance that holds a lease. Throws LEASE_UNKNOWN as `renew` does. */
  holderOf(
    leaseId: string,
    ownerId?: string,
  ): { readonly serverId: string; readonly instanceId: string } {
    const { entry, instance } = this.#holder(leaseId, ownerId);
    return { serverId: entry.record.id, instanceId: instance.record.id };
  }

  /**
   * Takes an instance out. Throws LEASE_UNKNOWN as `renew` does: the successor of a lease stays.
   * The instance stays too, without a lease, while another process asks for its place, and when the
   * lease was given on trust and its server is not gone.
   */
  deregister(leaseId: string, by: Asker = somebody, ownerId?: string): Promise<void> {
    return this.#departures.deregister(leaseId, by, ownerId);
  }

  /**
   * Removes a name with all its instances. `mayRemove` sees the entry as it is at that moment and
   * throws when the caller may not; without it an operator removes it, whoever it belongs to.
   * Errors: SERVER_NOT_FOUND, REVISION_CONFLICT and those of `mayRemove`.
   */
  remove(
    serverId: string,
    mayRemove?: (entry: Entry) => void,
    by: Asker = somebody,
  ): Promise<void> {
    return this.#departures.remove(serverId, mayRemove, by);
  }

  /**
   * Says something of a server, or takes it back, and resolves with the entry when that is durable.
   * `mayEdit` sees the record as it is at that moment and throws when it may not be changed.
   * Errors: SERVER_NOT_FOUND, INVALID_REQUEST, STORE_UNAVAILABLE, REVISION_CONFLICT and those of `mayEdit`.
   */
  async edit(
    serverId: string,
    change: EditChange,
    mayEdit: (record: EntryRecord) => void = () => {},
    by: Asker = somebody,
  ): Promise<Entry> {
    await this.#changes.edit(serverId, change, mayEdit, by);
    return this.#entryAfter(serverId);
  }

  /**
   * Lets a name in that waits or was refused, and resolves with the entry when that is durable. `mayJudge` sees
   * the record as it is at that moment and throws when it may not be judged.
   * Errors: SERVER_NOT_FOUND, STORE_UNAVAILABLE, REVISION_CONFLICT and those of `mayJudge`.
   */
  async admit(serverId: string, by: Asker, mayJudge: MayJudge = () => {}): Promise<Entry> {
    await this.#judgement.admit(serverId, by, mayJudge);
    return this.#entryAfter(serverId);
  }

  /**
   * Refuses a name, also one that was let in: its instances go, and nobody registers under it until it is let in
   * again. Otherwise as `admit`.
   */
  async refuse(
    serverId: string,
    by: Asker,
    reason?: string,
    mayJudge: MayJudge = () => {},
  ): Promise<Entry> {
    await this.#judgement.refuse(serverId, by, reason, mayJudge);
    return this.#entryAfter(serverId);
  }

  /**
   * Tells that the credentials of a server changed. Resolves when that is durable. Errors: SERVER_NOT_FOUND,
   * STORE_UNAVAILABLE.
   */
  tellCredentials(
    serverId: string,
    told: Pick<CredentialsChanged, "change" | "names">,
  ): Promise<void> {
    return this.#changes.tellCredentials(serverId, told);
  }

  /** Takes up to `limit` probes that are due; each must come back through `recordProbe`. */
  takeDueProbes(limit: number): ProbeTask[] {
    return this.#agenda.takeDue(limit);
  }

  /** Milliseconds until a probe is due; infinite when all of them run or none will. */
  nextProbeInMs(): number {
    return this.#agenda.nextProbeInMs();
  }

  /** Probes of all instances of one server, now; each must come back. Throws SERVER_NOT_FOUND. */
  takeProbes(serverId: string): ProbeTask[] {
    const entry = this.#catalogue.get(serverId);
    if (entry === undefined) throw serverNotFound(serverId);
    return this.#agenda.takeAll(entry);
  }

  /** Takes the outcome of a probe. An outcome for an instance that left or registered again is dropped. */
  recordProbe(task: ProbeTask, outcome: ProbeOutcome): void {
    this.#observer.recordProbe(task, outcome);
  }

  /**
   * Somebody who dialled an endpoint, and was no probe, met trouble there. Who refused the connection is
   * suspect from now on; in all cases it is looked at before its time. Nothing happens to who is not up anyway.
   */
  troubleAt(endpoint: string, trouble: Trouble): void {
    const sooner = this.#observer.troubleAt(endpoint, trouble);
    if (sooner.length === 0) return;
    this.#wake();
    this.#shared.trouble(sooner, endpoint, trouble);
  }

  /**
   * Takes note that something says a server offers other things now. False when it is not to be read
   * for that: it flaps, and is read when its time has come.
   */
  saysItChanged(serverId: string): boolean {
    return this.#observer.saysItChanged(serverId);
  }

  /** Milliseconds until time alone changes an instance, as when its lease ends: `sweep` sees it then. */
  nextDeadlineInMs(): number {
    return this.#observer.nextDeadlineInMs();
  }

  /**
   * The sweep: judges every instance by the time that passed. Call it every `settings.sweepMs`, and at
   * each deadline.
   */
  sweep(): void {
    this.#observer.sweep();
    this.#queue.retry();
    // In case nobody could say that another hub wrote.
    this.#queue.follow();
    this.#wake();
  }

  /** Every entry, ordered by id. The objects never change; a change makes new ones. */
  list(): readonly Entry[] {
    return this.#catalogue.list();
  }

  get(serverId: string): Entry | undefined {
    return this.#catalogue.get(serverId);
  }

  /** Other names that are registered at an endpoint of this one. */
  neighbours(serverId: string): readonly Entry[] {
    return this.#catalogue.neighbours(serverId);
  }

  /** Other names that people may take for this one. */
  lookAlikes(name: string): readonly Entry[] {
    return this.#catalogue.lookAlikes(name);
  }

  /** Grows whenever something that lists show has changed. */
  get version(): number {
    return this.#catalogue.version;
  }

  /** The number of the newest event in the journal. */
  get lastSeq(): number {
    return this.#effects.lastSeq;
  }

  /** The hub's clocks now; `Health` counts in hub time. */
  now(): Now {
    const hub = this.#time.observe(this.#options.clock.monotonic());
    // A monotonic clock has fractions, which no store takes for an instant.
    const steady = Math.floor(this.#startedAt + hub);
    return { hub, wall: this.#options.clock.wall(), steady };
  }

  /** Since when the store cannot be used, and why; undefined while it can, as far as anybody tried. */
  get outage(): Outage | undefined {
    return this.#outage.current;
  }

  /** Whether the mass-expiry guard keeps instances from going down. */
  get protection(): Protection {
    return this.#observer.protection;
  }

  journal(query: JournalQuery): Promise<readonly JournalEvent[]> {
    return this.#options.store.journal(query);
  }

  oldestSeq(): Promise<number> {
    return this.#options.store.oldestSeq();
  }

  changes(serverId: string, query: HistoryQuery): Promise<HistoryPage> {
    return this.#options.store.changes(serverId, query);
  }

  /** Calls `listener` with every event, in the order of the journal. Returns how to stop. */
  subscribe(listener: (event: JournalEvent) => void): () => void {
    return this.#eventListeners.add(listener);
  }

  /** Calls `listener` when a probe may have become due. Returns how to stop. */
  onProbesDue(listener: () => void): () => void {
    return this.#wakeListeners.add(listener);
  }

  /** What this hub tells others of what it observes, and they tell it. */
  get observations(): ReportChannel {
    return this.#shared.observations;
  }

  /** The hubs that share the work are others now. `isBack`: the store could not be asked for a while. */
  shareChanged(isBack = false): void {
    this.#shared.shareChanged(isBack);
  }

  /** Resolves when what other hubs have decided before is in here, if the store can be read. */
  catchUp(): Promise<boolean> {
    return this.#queue.catchUp();
  }

  /** Resolves when everything decided or observed so far has been given to the store. */
  drain(): Promise<void> {
    return this.#queue.drain();
  }

  #entryAfter(serverId: string): Entry {
    const entry = this.#catalogue.get(serverId);
    if (entry === undefined) throw serverNotFound(serverId); // Removed again in the same commit.
    return entry;
  }

  #holder(leaseId: string, ownerId: string | undefined) {
    const found = this.#catalogue.byLease(leaseHash(leaseId, ownerId));
    const lease = found?.instance.health.lease;
    if (
      found === undefined ||
      lease === undefined ||
      // While nobody can say which other hub took its heartbeats, none runs out.
      (leaseIsLost(found.instance.health, this.now().hub) && !this.#share.isCutOff)
    )
      throw leaseUnknown();
    return { ...found, lease };
  }

  #wake(): void {
    this.#wakeListeners.tell();
  }
}

/** The name that most processes share. */
function mostInstances(entries: readonly Entry[]): BudgetUse {
  let most: BudgetUse = { used: 0 };
  for (const { record, instances } of entries)
    if (instances.length > most.used) most = { used: instances.length, by: record.id };
  return most;
}
