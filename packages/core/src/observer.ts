import type { BudgetBook } from "./budget-book.js";
import type { Catalogue } from "./catalogue.js";
import type { CommitQueue } from "./commit-queue.js";
import {
  type Entry,
  type EntryRecord,
  type Instance,
  type InstanceRecord,
  refOf,
  serverStatus,
} from "./entry.js";
import type { HubEvent } from "./events.js";
import { fixFor, reasonFor } from "./explain.js";
import { flappingOf, mayRead } from "./flapping.js";
import { type Guard, isGuarding, openGuard, stepGuard } from "./guard.js";
import {
  deadlinesOf,
  type Health,
  hasGivenSign,
  isStale,
  judge,
  type Now,
  wakeOnLostLease,
  withStatus,
} from "./health.js";
import { withDownSince, withoutInstances } from "./leave.js";
import { Offers } from "./offers.js";
import type { ProbeOutcome, ProbeTarget } from "./probe.js";
import { probed, type Trouble, troubled, wantingToReadAgain, wantsReading } from "./probed.js";
import type { HubSettings } from "./settings.js";
import type { CapabilitySnapshot } from "./snapshot.js";
import type { WriteDraft } from "./write-draft.js";

/** One probe to make. It goes back to `recordProbe` as it is. */
export type ProbeTask = {
  readonly serverId: string;
  readonly instanceId: string;
  /** Which registration of the instance was meant; an answer for an earlier one is dropped. */
  readonly knownSince: number;
  readonly target: ProbeTarget;
  readonly full: boolean;
  /** What the instance had announced of its capabilities when the probe set out. */
  readonly announcedHash?: string | undefined;
};

/** Whether the mass-expiry guard holds, and since when (milliseconds since 1970). */
export type Protection = { readonly isActive: boolean; readonly since?: number };

export type ObserverOptions = {
  readonly catalogue: Catalogue;
  readonly queue: CommitQueue;
  readonly budgets: BudgetBook;
  readonly settings: HubSettings;
  readonly now: () => Now;
  readonly random: () => number;
};

/** Leases that end within this time are judged by one sweep. */
const sweepSpacingMs = 100;

/**
 * Turns observations (probes, heartbeats, the passing of time) into health. What is observed holds in
 * memory at once and is written down afterwards: it is true whether or not the disk is there.
 */
export class Observer {
  readonly #options: ObserverOptions;
  #guard: Guard = openGuard;
  #guardSince: number | undefined;
  readonly #offers: Offers;
  /** Hub time. */
  #sweptAt: number;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.#offers = new Offers(options);
    this.#sweptAt = options.now().hub;
  }

  /** Takes over the stored snapshot of an entry. */
  restore(serverId: string, snapshot: CapabilitySnapshot): void {
    this.#offers.restore(serverId, snapshot);
  }

  /** An entry goes from the catalogue: nothing of what was observed of it is kept. */
  forget(record: EntryRecord): void {
    this.#offers.forget(record);
  }

  /** See `Registry.saysItChanged`. */
  saysItChanged(serverId: string): boolean {
    return this.#offers.saysItChanged(serverId);
  }

  get protection(): Protection {
    return this.#guardSince === undefined
      ? { isActive: false }
      : { isActive: true, since: this.#guardSince };
  }

  /** Up to `limit` probes that are due, the longest overdue first. */
  takeDue(limit: number): ProbeTask[] {
    const { catalogue } = this.#options;
    const now = this.#options.now();
    const due: { readonly entry: Entry; readonly instance: Instance }[] = [];
    for (const entry of catalogue.entries()) {
      for (const instance of entry.instances) {
        if (waitsForProbe(instance.health) && instance.health.nextProbeAt <= now.hub)
          due.push({ entry, instance });
      }
    }
    due.sort((a, b) => a.instance.health.nextProbeAt - b.instance.health.nextProbeAt);
    return due
      .slice(0, limit)
      .map(({ entry, instance }) =>
        this.#task(entry, instance, this.#isReadingDue(entry, instance.health, now)),
      );
  }

  /** Milliseconds until the next probe is due; infinite when there is none. */
  nextProbeInMs(): number {
    const { hub } = this.#options.now();
    let next = Number.POSITIVE_INFINITY;
    for (const entry of this.#options.catalogue.entries()) {
      for (const { health } of entry.instances) {
        if (waitsForProbe(health)) next = Math.min(next, health.nextProbeAt - hub);
      }
    }
    return Math.max(0, next);
  }

  /** Milliseconds until the next moment at which time alone changes an instance, as a sweep sees it. */
  nextDeadlineInMs(): number {
    const { catalogue, settings } = this.#options;
    const { hub } = this.#options.now();
    let next = Number.POSITIVE_INFINITY;
    // What ended before the last sweep was seen by it.
    for (const entry of catalogue.entries())
      for (const { health } of entry.instances)
        for (const deadline of deadlinesOf(health, settings))
          if (deadline >= this.#sweptAt) next = Math.min(next, deadline);
    // What ends in the same moment is one sweep; at the very end a lease still lives.
    return Math.max(0, next + 1 - hub, this.#sweptAt + sweepSpacingMs - hub);
  }

  /** Full probes of all instances of an entry, due or not; of one that flaps, not many full ones. */
  takeAll(entry: Entry): ProbeTask[] {
    const { hub } = this.#options.now();
    return entry.instances.map((instance) =>
      this.#task(
        entry,
        instance,
        instance.health.status === "needs-token" || mayRead(entry.pace, hub, true),
      ),
    );
  }

  recordProbe(task: ProbeTask, outcome: ProbeOutcome): void {
    const { catalogue, settings } = this.#options;
    const entry = catalogue.get(task.serverId);
    const instance = catalogue.instance(task.serverId, task.instanceId);
    if (
      entry === undefined ||
      instance === undefined ||
      instance.health.knownSince !== task.knownSince
    )
      return;
    const now = this.#options.now();
    const { health } = instance;
    const kept = outcome.ok ? this.#offers.kept(entry, outcome) : outcome;
    const seen = probed(health, kept, now, settings, this.#options.random());
    // Who was away may have come back as another process.
    const isBack = health.doubt !== undefined && outcome.ok && !task.full;
    const isOutdated = isBack || health.announcedHash !== task.announcedHash;
    const mayFollow = flappingOf(entry.pace) === undefined;
    const observed = isOutdated && mayFollow ? wantingToReadAgain(seen, now) : seen;
    this.observe(entry, instance, observed, now, false);
    const current = catalogue.get(task.serverId);
    const isReading = kept.ok && (task.full || kept.snapshot !== undefined);
    if (isReading && current !== undefined)
      this.#offers.take(current, task.instanceId, kept.snapshot, now);
  }

  /** See `Registry.troubleAt`. True when something is to be looked at before its time. */
  troubleAt(endpoint: string, trouble: Trouble): boolean {
    const now = this.#options.now();
    let isSooner = false;
    for (const entry of this.#options.catalogue.entries())
      for (const instance of entry.instances) {
        if (dialledAt(instance) !== endpoint) continue;
        const seen = troubled(instance.health, now, trouble);
        if (seen === instance.health) continue;
        isSooner = true;
        this.observe(entry, instance, seen, now, false);
      }
    return isSooner;
  }

  sweep(): void {
    const { catalogue, settings } = this.#options;
    const now = this.#options.now();
    this.#sweptAt = now.hub;
    const present = catalogue
      .list()
      .flatMap((entry) => entry.instances)
      // One that gave no sign of life in this run of the hub has not fallen silent now.
      .filter(
        ({ health }) => health.status !== "down" && !health.isDraining && hasGivenSign(health),
      );
    const stale = present.filter(({ health }) => isStale(health, now.hub, settings));
    this.#guard = stepGuard(
      this.#guard,
      { total: present.length, stale: stale.length },
      now.hub,
      settings,
    );
    const guarding = isGuarding(this.#guard, now.hub);
    this.#guardSince = guarding ? (this.#guardSince ?? now.wall) : undefined;
    for (const entry of catalogue.list()) {
      for (const { record, health } of entry.instances) {
        // Read again: an instance before it may have changed the entry.
        const current = catalogue.get(entry.record.id);
        if (current !== undefined)
          this.observe(
            current,
            { record, health },
            wakeOnLostLease(health, now.hub),
            now,
            !guarding,
          );
      }
      this.#forget(entry, now);
    }
  }

  /** Takes a new observation of an instance over, and tells when its status is another. */
  observe(entry: Entry, instance: Instance, observed: Health, now: Now, mayGoDown: boolean): void {
    const { catalogue, settings } = this.#options;
    const status = judge(observed, now.hub, settings, mayGoDown);
    const health = withStatus(observed, status, now);
    if (health === instance.health) return;
    catalogue.setHealth(entry.record.id, instance.record.id, health);
    if (instance.health.status !== status) this.tellStatus(entry, instance, health, now);
  }

  /** Tells, and writes down what must survive a restart, that an instance has another status now. */
  tellStatus(entry: Entry, instance: Instance, health: Health, now: Now): void {
    const { catalogue, queue } = this.#options;
    const serverId = entry.record.id;
    const { status } = health;
    const fix = fixFor(health, status);
    const event: HubEvent = {
      kind: "status-changed",
      ...about(entry.record, now),
      instance: refOf(instance.record),
      from: instance.health.status,
      to: status,
      serverStatus: serverStatus(catalogue.get(serverId)?.instances ?? []),
      reason: reasonFor(health, status, now.hub),
      ...(fix === undefined ? {} : { fix }),
    };
    const note = (run: (draft: WriteDraft) => void) =>
      queue.note({ bytes: JSON.stringify(event).length, run });
    note((draft) => {
      const record = draft.get(serverId);
      const stored = record?.instances.find((one) => one.id === instance.record.id);
      // It left before this could be told; another may have come under its id since.
      if (record === undefined || stored?.registeredAt !== instance.record.registeredAt) return;
      draft.tell({ event });
      const downSince =
        status === "down"
          ? (stored.downSince ?? now.steady)
          : status === "up" || status === "needs-token"
            ? undefined
            : stored.downSince;
      if (downSince !== stored.downSince) draft.put(withDownSince(record, stored.id, downSince));
    });
  }

  /** Drops what has been gone for so long that nobody waits for it. */
  #forget(entry: Entry, now: Now): void {
    const { catalogue, queue, settings } = this.#options;
    const isOver = (since: number | undefined) =>
      since !== undefined && now.steady - since >= settings.forgetAfterMs;
    const { record } = entry;
    const gone = entry.instances
      .filter((one) => one.health.status === "down" && isOver(one.record.downSince))
      .map((one) => one.record);
    if (gone.length === 0 && !(record.instances.length === 0 && isOver(record.emptySince))) return;
    const note = (run: (draft: WriteDraft) => void) =>
      queue.note({ key: `forget\n${record.id}`, bytes: record.id.length, run });
    note((draft) => {
      const current = draft.get(record.id);
      if (current === undefined || current.version !== record.version) return;
      // One of them may have come back while this waited for the store.
      if (gone.some((one) => catalogue.instance(record.id, one.id)?.health.status !== "down"))
        return;
      if (gone.length === current.instances.length) {
        draft.remove(current.id);
        draft.tell({
          event: { kind: "forgotten", ...about(current, now), reason: "down-too-long" },
        });
        return;
      }
      draft.put(withoutInstances(current, new Set(gone.map((one) => one.id)), now));
      for (const one of gone) {
        draft.tell({
          event: {
            kind: "forgotten",
            ...about(current, now),
            instance: refOf(one),
            reason: "down-too-long",
          },
        });
      }
    });
  }

  /** A server that flaps is read when its own time has come, as if it were one instance. */
  #isReadingDue(entry: Entry, health: Health, now: Now): boolean {
    if (flappingOf(entry.pace) !== undefined && health.status !== "needs-token")
      return mayRead(entry.pace, now.hub);
    return wantsReading(health, now.hub, this.#options.settings);
  }

  #task(entry: Entry, { record, health }: Instance, full: boolean): ProbeTask {
    const { catalogue } = this.#options;
    catalogue.setHealth(entry.record.id, record.id, { ...health, isBeingProbed: true });
    const target = {
      ...targetOf(record),
      name: entry.record.name,
      knownEra: health.era,
      isCallRefused: health.isCallRefused,
    };
    return {
      serverId: entry.record.id,
      instanceId: record.id,
      knownSince: health.knownSince,
      target,
      full,
      announcedHash: health.announcedHash,
    };
  }
}

export function targetOf(record: InstanceRecord): ProbeTarget {
  return {
    endpoint: record.endpoint,
    transport: record.transport,
    candidates: record.candidates,
    registeredFrom: record.registeredFrom,
  };
}

/** Where it is dialled: at the URL that answered last. */
function dialledAt({ record, health }: Instance): string {
  return health.outcome?.ok === true ? health.outcome.endpoint : record.endpoint;
}

/** What every event says of its entry. */
export function about(record: EntryRecord, now: Now) {
  return { serverId: record.id, name: record.name, at: now.wall };
}

/** A probe that runs is not started a second time; one that drains is not asked any more. */
const waitsForProbe = (health: Health) => !health.isBeingProbed && !health.isDraining;
