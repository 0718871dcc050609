import type { BudgetBook } from "./budget-book.js";
import type { Catalogue } from "./catalogue.js";
import type { CommitQueue } from "./commit-queue.js";
import { deadlinesOf, hasGivenSign, wakeOnLostLease } from "./deadlines.js";
import type { EntryRecord, Instance } from "./entry.js";
import { flappingOf } from "./flapping.js";
import { forgetGone } from "./forget-gone.js";
import { type Guard, isGuarding, openGuard, stepGuard } from "./guard.js";
import type { Now } from "./health.js";
import type { HubShare } from "./hubs/hub-share.js";
import { isStale } from "./judge.js";
import { Offers } from "./offers.js";
import type { ProbeOutcome } from "./probe.js";
import type { ProbeTask } from "./probe-agenda.js";
import { probed, type Trouble, troubled, wantingToReadAgain } from "./probed.js";
import type { HubSettings } from "./settings.js";
import type { CapabilitySnapshot } from "./snapshot.js";
import type { StatusChanges } from "./status-changes.js";

/** Whether the mass-expiry guard holds, and since when (milliseconds since 1970). */
export type Protection = { readonly isActive: boolean; readonly since?: number };

export type ObserverOptions = {
  readonly catalogue: Catalogue;
  readonly queue: CommitQueue;
  readonly budgets: BudgetBook;
  readonly settings: HubSettings;
  readonly now: () => Now;
  readonly random: () => number;
  readonly statuses: StatusChanges;
  readonly share: HubShare;
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
    this.#options.statuses.forget(record);
  }

  /** This hub decides about an entry from now on: what it observed and could not write is written. */
  claim(serverId: string): void {
    const now = this.#options.now();
    this.#options.statuses.claim(serverId, now);
    this.#offers.claim(serverId, now);
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

  /** Milliseconds until the next moment at which time alone changes an instance, as a sweep sees it. */
  nextDeadlineInMs(): number {
    const { catalogue, settings, share } = this.#options;
    const { hub } = this.#options.now();
    let next = Number.POSITIVE_INFINITY;
    // What ended before the last sweep was seen by it.
    for (const entry of catalogue.entries()) {
      if (!share.looksAfter(entry.record.id)) continue;
      for (const { health } of entry.instances)
        for (const deadline of deadlinesOf(health, settings))
          if (deadline >= this.#sweptAt) next = Math.min(next, deadline);
    }
    // What ends in the same moment is one sweep; at the very end a lease still lives.
    return Math.max(0, next + 1 - hub, this.#sweptAt + sweepSpacingMs - hub);
  }

  recordProbe(task: ProbeTask, outcome: ProbeOutcome): void {
    const { catalogue, settings, share } = this.#options;
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
    // Another hub began to look after it meanwhile.
    if (!share.looksAfter(task.serverId)) {
      catalogue.setHealth(task.serverId, task.instanceId, { ...health, isBeingProbed: false });
      return;
    }
    const kept = outcome.ok ? this.#offers.kept(entry, outcome) : outcome;
    const seen = probed(health, kept, now, settings, this.#options.random());
    // Who was away may have come back as another process.
    const isBack = health.doubt !== undefined && outcome.ok && !task.full;
    const isOutdated = isBack || health.announcedHash !== task.announcedHash;
    const mayFollow = flappingOf(entry.pace) === undefined;
    const observed = isOutdated && mayFollow ? wantingToReadAgain(seen, now) : seen;
    this.#options.statuses.observe(entry, instance, observed, now, false);
    const current = catalogue.get(task.serverId);
    const isReading = kept.ok && (task.full || kept.snapshot !== undefined);
    if (isReading && current !== undefined)
      this.#offers.take(current, task.instanceId, kept.snapshot, now);
  }

  /** See `Registry.troubleAt`. Returns what is to be looked at before its time. */
  troubleAt(endpoint: string, trouble: Trouble): readonly string[] {
    const now = this.#options.now();
    const sooner: string[] = [];
    for (const entry of this.#options.catalogue.entries())
      for (const instance of entry.instances) {
        if (dialledAt(instance) !== endpoint) continue;
        const seen = troubled(instance.health, now, trouble);
        if (seen === instance.health) continue;
        sooner.push(entry.record.id);
        this.#options.statuses.observe(entry, instance, seen, now, false);
      }
    return sooner;
  }

  sweep(): void {
    const { catalogue, settings, share } = this.#options;
    const now = this.#options.now();
    this.#sweptAt = now.hub;
    this.#offers.resume(now);
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
    const mayGoDown = !guarding && !share.isCutOff;
    for (const entry of catalogue.list()) {
      if (!share.looksAfter(entry.record.id)) continue;
      for (const { record, health } of entry.instances) {
        // Read again: an instance before it may have changed the entry.
        const current = catalogue.get(entry.record.id);
        if (current !== undefined)
          this.#options.statuses.observe(
            current,
            { record, health },
            wakeOnLostLease(health, now.hub),
            now,
            mayGoDown,
          );
      }
      if (share.owns(entry.record.id)) forgetGone(this.#options, entry, now);
    }
  }
}

/** Where it is dialled: at the URL that answered last. */
function dialledAt({ record, health }: Instance): string {
  return health.outcome?.ok === true ? health.outcome.endpoint : record.endpoint;
}
