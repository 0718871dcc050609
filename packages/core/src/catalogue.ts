import { isSameEndpoint } from "./endpoint.js";
import {
  type Entry,
  type EntryRecord,
  type Instance,
  type InstanceRecord,
  stampOf,
} from "./entry.js";
import { flappingOf, type Pace } from "./flapping.js";
import type { Health, Now } from "./health.js";
import { canonicalJson } from "./json.js";
import { nameKey } from "./names.js";
import { newHealth, registeredAgain } from "./new-health.js";
import { placeOf } from "./place.js";
import type { CapabilitySnapshot } from "./snapshot.js";
import { skeleton } from "./text.js";
import type { Commit, Newness } from "./write-draft.js";

/** What is to be told and forgotten after a commit was taken over. */
export type Taken = {
  readonly gone: readonly EntryRecord[];
  /** Instances that a commit gave another status: a registration starts observing anew. */
  readonly changed: readonly {
    readonly entry: Entry;
    /** As it was before. */
    readonly instance: Instance;
    readonly health: Health;
  }[];
};

/** Every entry in memory, with the indexes that find one. Holds state only; who may change what is decided elsewhere. */
export class Catalogue {
  readonly #entries = new Map<string, Entry>();
  readonly #byLease = new Map<string, { readonly serverId: string; readonly instanceId: string }>();
  /** Ids by what their names look like to a person. */
  readonly #byShape = new Map<string, Set<string>>();
  /** Ids by the places of their instances. */
  readonly #byPlace = new Map<string, Set<string>>();
  /** Sorted. */
  readonly #ids: string[] = [];
  #listed: readonly Entry[] | undefined;
  #version = 0;
  #snapshotBytes = 0;

  /** Grows whenever something that lists show has changed. Heartbeats do not count. */
  get version(): number {
    return this.#version;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What the snapshots of all entries take. */
  get snapshotBytes(): number {
    return this.#snapshotBytes;
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  instance(serverId: string, instanceId: string): Instance | undefined {
    return this.#entries
      .get(serverId)
      ?.instances.find((instance) => instance.record.id === instanceId);
  }

  /** All entries, ordered by id. */
  list(): readonly Entry[] {
    if (this.#listed !== undefined) return this.#listed;
    const listed: Entry[] = [];
    for (const id of this.#ids) {
      const entry = this.#entries.get(id);
      if (entry !== undefined) listed.push(entry);
    }
    this.#listed = listed;
    return listed;
  }

  /** All entries in no order, without the cost of one. */
  entries(): Iterable<Entry> {
    return this.#entries.values();
  }

  byLease(leaseHash: string): { readonly entry: Entry; readonly instance: Instance } | undefined {
    const found = this.#byLease.get(leaseHash);
    if (found === undefined) return undefined;
    const entry = this.#entries.get(found.serverId);
    const instance = this.instance(found.serverId, found.instanceId);
    return entry === undefined || instance === undefined ? undefined : { entry, instance };
  }

  /** Other entries whose names people may take for this one. */
  lookAlikes(name: string): readonly Entry[] {
    const key = nameKey(name);
    return [...(this.#byShape.get(skeleton(name)) ?? [])]
      .flatMap((id) => this.#entries.get(id) ?? [])
      .filter(({ record }) => nameKey(record.name) !== key);
  }

  /** Other entries that have an instance at a place where this one has one. */
  neighbours(id: string): readonly Entry[] {
    const ids = new Set(
      this.#placesOf(id).flatMap((place) => [...(this.#byPlace.get(place) ?? [])]),
    );
    ids.delete(id);
    return [...ids].flatMap((one) => this.#entries.get(one) ?? []);
  }

  /** Takes a commit over, of this hub or of another. */
  take({ changed, registered, removed }: Commit, now: Now): Taken {
    // Also those that are there again: nothing of what was known of their predecessors holds.
    const left = [...changed].flatMap(([id, record]) => (record === undefined ? [id] : []));
    const ids = [...new Set([...removed, ...left])];
    const gone = ids.flatMap((id) => this.#entries.get(id)?.record ?? []);
    for (const id of ids) this.remove(id);
    const others: Taken["changed"][number][] = [];
    for (const [id, record] of changed) {
      if (record === undefined) continue;
      const before = this.#entries.get(id)?.instances ?? [];
      const entry = this.put(record, now, registered.get(id));
      for (const instance of before) {
        const instanceId = instance.record.id;
        if (registered.get(id)?.get(instanceId) === "new") continue;
        const health = entry.instances.find((one) => one.record.id === instanceId)?.health;
        if (health !== undefined && health.status !== instance.health.status)
          others.push({ entry, instance, health });
      }
    }
    return { gone, changed: others };
  }

  /** Takes a stored record over. `registered` are the instances that have just registered. */
  put(record: EntryRecord, now: Now, registered: ReadonlyMap<string, Newness> = new Map()): Entry {
    const previous = this.#entries.get(record.id);
    this.#leavePlaces(record.id);
    for (const instance of previous?.record.instances ?? []) {
      if (instance.leaseHash !== undefined) this.#byLease.delete(instance.leaseHash);
    }
    const instances = record.instances.map((instance): Instance => {
      if (instance.leaseHash !== undefined)
        this.#byLease.set(instance.leaseHash, { serverId: record.id, instanceId: instance.id });
      const newness = registered.get(instance.id);
      const known = newness === "new" ? undefined : this.instance(record.id, instance.id);
      const isAsBefore =
        known !== undefined &&
        newness === undefined &&
        known.record.leaseHash === instance.leaseHash &&
        // At another hub it may have registered again, where nothing else tells the processes apart.
        stampOf(known.record) === stampOf(instance);
      return {
        record: instance,
        health: isAsBefore ? known.health : healthOf(instance, now, known, newness),
      };
    });
    if (previous?.record.name !== record.name) this.#index(previous?.record, record);
    const entry = { ...previous, record, instances };
    this.#set(entry);
    for (const place of this.#placesOf(record.id))
      this.#byPlace.set(place, (this.#byPlace.get(place) ?? new Set()).add(record.id));
    // A renewed lease alone shows in no list.
    const before = new Map(previous?.instances.map((one) => [one.record.id, one.health]));
    const isVisible =
      previous?.record.revision !== record.revision ||
      instances.some((one) => looksOther(before.get(one.record.id), one.health));
    if (isVisible) this.#version += 1;
    return entry;
  }

  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    for (const { leaseHash } of entry.record.instances)
      if (leaseHash !== undefined) this.#byLease.delete(leaseHash);
    this.#index(entry.record, undefined);
    this.#leavePlaces(id);
    this.#entries.delete(id);
    this.#snapshotBytes -= entry.snapshot?.bytes ?? 0;
    this.#ids.splice(this.#placeOf(id), 1);
    this.#listed = undefined;
    this.#version += 1;
  }

  setHealth(serverId: string, instanceId: string, health: Health): void {
    const entry = this.#entries.get(serverId);
    const index = entry?.instances.findIndex((one) => one.record.id === instanceId) ?? -1;
    const previous = entry?.instances[index];
    if (entry === undefined || previous === undefined) return;
    const instances = entry.instances.with(index, { record: previous.record, health });
    this.#set({ ...entry, instances });
    if (looksOther(previous.health, health)) this.#version += 1;
  }

  setSnapshot(serverId: string, snapshot: CapabilitySnapshot): void {
    const entry = this.#entries.get(serverId);
    if (entry === undefined) return;
    this.#set({ ...entry, snapshot });
    this.#snapshotBytes += snapshot.bytes - (entry.snapshot?.bytes ?? 0);
    this.#version += 1;
  }

  dropSnapshot(serverId: string): void {
    const entry = this.#entries.get(serverId);
    if (entry?.snapshot === undefined) return;
    const { snapshot, ...rest } = entry;
    this.#set(rest);
    this.#snapshotBytes -= snapshot.bytes;
    this.#version += 1;
  }

  setPace(serverId: string, pace: Pace): void {
    const entry = this.#entries.get(serverId);
    if (entry === undefined || entry.pace === pace) return;
    this.#set({ ...entry, pace });
    const isShown = (one: Pace | undefined) => flappingOf(one) !== undefined;
    if (isShown(entry.pace) !== isShown(pace)) this.#version += 1;
  }

  #set(entry: Entry): void {
    const { id } = entry.record;
    if (!this.#entries.has(id)) this.#ids.splice(this.#placeOf(id), 0, id);
    this.#entries.set(id, entry);
    this.#listed = undefined;
  }

  /** Where an id is in the sorted ids, or belongs. */
  #placeOf(id: string): number {
    let low = 0;
    let high = this.#ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ids[middle] ?? "") < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #placesOf(id: string): readonly string[] {
    return this.#entries.get(id)?.record.instances.map(({ endpoint }) => placeOf(endpoint)) ?? [];
  }

  #leavePlaces(id: string): void {
    for (const place of this.#placesOf(id)) {
      const ids = this.#byPlace.get(place);
      ids?.delete(id);
      if (ids?.size === 0) this.#byPlace.delete(place);
    }
  }

  #index(before: EntryRecord | undefined, after: EntryRecord | undefined): void {
    if (before !== undefined) {
      const shape = skeleton(before.name);
      const ids = this.#byShape.get(shape);
      ids?.delete(before.id);
      if (ids?.size === 0) this.#byShape.delete(shape);
    }
    if (after !== undefined) {
      const shape = skeleton(after.name);
      this.#byShape.set(shape, (this.#byShape.get(shape) ?? new Set()).add(after.id));
    }
  }
}

function healthOf(
  record: InstanceRecord,
  now: Now,
  known: Instance | undefined,
  newness: Newness | undefined,
): Health {
  const ttlMs = record.leaseHash === undefined ? undefined : record.ttlMs;
  // What another hub took in under the same lease, or under none, came without proof as far as this one can tell.
  const isProven =
    newness === undefined ? known?.record.leaseHash !== record.leaseHash : newness !== "unproven";
  const fresh = freshHealth(record, now, ttlMs, known, isProven);
  const health =
    fresh.lease !== undefined && record.isLeaseOnTrust === true
      ? { ...fresh, lease: { ...fresh.lease, isOnTrust: true } }
      : fresh;
  if (newness === "given-back") return { ...health, isGivenUp: true };
  // What comes from the store says nothing about when its holder was last heard of.
  return health.lease === undefined || newness !== undefined
    ? health
    : { ...health, lease: { ...health.lease, isGrace: true } };
}

function freshHealth(
  record: InstanceRecord,
  now: Now,
  ttlMs: number | undefined,
  known: Instance | undefined,
  isProven: boolean,
): Health {
  // At another endpoint nobody has been seen yet.
  if (known === undefined || !isSameEndpoint(known.record.endpoint, record.endpoint))
    return newHealth(now, ttlMs);
  // A probe that is under way may be at a candidate that is none any more.
  const isSamePlace = known.record.candidates.join("\n") === record.candidates.join("\n");
  return isSamePlace
    ? registeredAgain(known.health, now, ttlMs, isProven)
    : newHealth(now, ttlMs, known.health);
}

/** Whether lists show a difference: the status, where a probe got through, or why not. */
function looksOther(before: Health | undefined, after: Health): boolean {
  return (
    before?.status !== after.status ||
    (before.outcome !== after.outcome && shownOf(before) !== shownOf(after))
  );
}

function shownOf({ outcome }: Health): string {
  if (outcome === undefined) return "";
  return outcome.ok
    ? `${outcome.endpoint} ${outcome.transport} ${outcome.finding?.cause}`
    : canonicalJson(outcome.finding);
}
