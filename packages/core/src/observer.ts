import type { Catalogue } from "./catalogue.js";
import type { CommitQueue } from "./commit-queue.js";
import { refOf, withDownSince, withoutInstances } from "./decide.js";
import {
  type Entry,
  type EntryRecord,
  type Instance,
  type InstanceRecord,
  serverStatus,
} from "./entry.js";
import { type HubEvent, summarize } from "./events.js";
import { fixFor, reasonFor } from "./explain.js";
import { type Guard, isGuarding, openGuard, stepGuard } from "./guard.js";
import {
  type Health,
  hasGivenSign,
  isStale,
  judge,
  type Now,
  probed,
  wakeOnLostLease,
  wantingToReadAgain,
  wantsReading,
  withStatus,
} from "./health.js";
import type { ProbeOutcome, ProbeTarget } from "./probe.js";
import type { HubSettings } from "./settings.js";
import { type CapabilitySnapshot, diffSnapshots } from "./snapshot.js";

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
  readonly settings: HubSettings;
  readonly now: () => Now;
  readonly random: () => number;
};

/**
 * Turns observations (probes, heartbeats, the passing of time) into health. What is observed holds in
 * memory at once and is written down afterwards: it is true whether or not the disk is there.
 */
export class Observer {
  readonly #options: ObserverOptions;
  #guard: Guard = openGuard;
  #guardSince: number | undefined;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  get protection(): Protection {
    return this.#guardSince === undefined
      ? { isActive: false }
      : { isActive: true, since: this.#guardSince };
  }

  /** Up to `limit` probes that are due, the longest overdue first. */
  takeDue(limit: number): ProbeTask[] {
    const { catalogue, settings } = this.#options;
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
        this.#task(entry, instance, wantsReading(instance.health, now.hub, settings)),
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

  /** Full probes of all instances of an entry, due or not. */
  takeAll(entry: Entry): ProbeTask[] {
    return entry.instances.map((instance) => this.#task(entry, instance, true));
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
    const seen = probed(health, outcome, now, settings, this.#options.random());
    const isOutdated = health.announcedHash !== task.announcedHash;
    const observed = isOutdated ? wantingToReadAgain(seen, now) : seen;
    this.observe(entry, instance, observed, now, false);
    if (outcome.ok && outcome.snapshot !== undefined)
      this.#takeSnapshot(task, outcome.snapshot, now);
  }

  sweep(): void {
    const { catalogue, settings } = this.#options;
    const now = this.#options.now();
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
    queue.note((draft) => {
      const record = draft.get(serverId);
      const stored = record?.instances.find((one) => one.id === instance.record.id);
      // It left before this could be told; another may have come under its id since.
      if (record === undefined || stored?.registeredAt !== instance.record.registeredAt) return;
      draft.tell({ event });
      const downSince =
        status === "down"
          ? (stored.downSince ?? now.steady)
          : status === "up"
            ? undefined
            : stored.downSince;
      if (downSince !== stored.downSince) draft.put(withDownSince(record, stored.id, downSince));
    });
  }

  /** The youngest instance that is up speaks for the name, so that a rolling restart changes it once. */
  #takeSnapshot(task: ProbeTask, snapshot: CapabilitySnapshot, now: Now): void {
    const { catalogue, queue } = this.#options;
    const entry = catalogue.get(task.serverId);
    const speaker = entry?.instances.find((one) => one.record.id === task.instanceId);
    if (entry === undefined || speaker === undefined) return;
    const youngest = entry.instances
      .filter((one) => one.health.status === "up")
      .sort(
        (a, b) =>
          b.record.registeredAt - a.record.registeredAt || (a.record.id < b.record.id ? -1 : 1),
      )[0];
    if (youngest !== undefined && youngest.record.id !== task.instanceId) return;
    const before = entry.snapshot;
    if (before !== undefined && saysTheSame(before, snapshot)) return;
    catalogue.setSnapshot(task.serverId, snapshot);
    const isNews = before?.hash !== snapshot.hash;
    const changes = isNews ? diffSnapshots(before, snapshot) : [];
    queue.note((draft) => {
      const record = draft.get(task.serverId);
      // It was removed meanwhile; a successor under its id is another server.
      if (record?.createdAt !== entry.record.createdAt) return;
      draft.keepSnapshot(task.serverId, snapshot);
      if (!isNews) return;
      draft.put({
        ...record,
        revision: record.revision + 1,
        version: record.version + 1,
        updatedAt: now.wall,
      });
      draft.tell({
        event: {
          kind: "capabilities-changed",
          ...about(record, now),
          instance: refOf(speaker.record),
          hash: snapshot.hash,
          ...(before === undefined ? {} : { previousHash: before.hash }),
          ...summarize(changes),
        },
        changes,
      });
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
    queue.note((draft) => {
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

  #task(entry: Entry, { record, health }: Instance, full: boolean): ProbeTask {
    const { catalogue } = this.#options;
    catalogue.setHealth(entry.record.id, record.id, { ...health, isBeingProbed: true });
    const target = { ...targetOf(record), name: entry.record.name, knownEra: health.era };
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

/** What every event says of its entry. */
export function about(record: EntryRecord, now: Now) {
  return { serverId: record.id, name: record.name, at: now.wall };
}

/** A probe that runs is not started a second time; one that drains is not asked any more. */
const waitsForProbe = (health: Health) => !health.isBeingProbed && !health.isDraining;

function saysTheSame(before: CapabilitySnapshot, after: CapabilitySnapshot): boolean {
  const said = (snapshot: CapabilitySnapshot) =>
    JSON.stringify([
      snapshot.hash,
      snapshot.protocolVersion,
      snapshot.serverInfo,
      snapshot.capabilities,
      snapshot.instructions,
      snapshot.caching,
    ]);
  return said(before) === said(after);
}
