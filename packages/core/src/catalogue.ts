import {
  type Entry,
  type EntryRecord,
  type Instance,
  type InstanceRecord,
  serverStatus,
} from "./entry.js";
import { type Health, type Now, newHealth } from "./health.js";
import { nameKey } from "./names.js";
import type { CapabilitySnapshot } from "./snapshot.js";
import { skeleton } from "./text.js";

/** Every entry in memory, with the indexes that find one. Holds state only; who may change what is decided elsewhere. */
export class Catalogue {
  readonly #entries = new Map<string, Entry>();
  readonly #byLease = new Map<string, { readonly serverId: string; readonly instanceId: string }>();
  /** Ids by what their names look like to a person. */
  readonly #byShape = new Map<string, Set<string>>();
  #order: readonly string[] | undefined;
  #listed: readonly Entry[] | undefined;
  #version = 0;

  /** Grows whenever something that lists show has changed. Heartbeats do not count. */
  get version(): number {
    return this.#version;
  }

  get size(): number {
    return this.#entries.size;
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
    this.#order ??= [...this.#entries.keys()].sort();
    this.#listed ??= this.#order.flatMap((id) => this.#entries.get(id) ?? []);
    return this.#listed;
  }

  byLease(leaseHash: string): { readonly entry: Entry; readonly instance: Instance } | undefined {
    const found = this.#byLease.get(leaseHash);
    if (found === undefined) return undefined;
    const entry = this.#entries.get(found.serverId);
    const instance = this.instance(found.serverId, found.instanceId);
    return entry === undefined || instance === undefined ? undefined : { entry, instance };
  }

  /** Another entry whose name people may take for this one. */
  lookAlike(name: string): Entry | undefined {
    const key = nameKey(name);
    for (const id of this.#byShape.get(skeleton(name)) ?? []) {
      const entry = this.#entries.get(id);
      if (entry !== undefined && nameKey(entry.record.name) !== key) return entry;
    }
    return undefined;
  }

  /** Takes a stored record over. `renewed` are the instances that have just (re-)registered. */
  put(record: EntryRecord, now: Now, renewed: ReadonlySet<string> = new Set()): void {
    const previous = this.#entries.get(record.id);
    for (const instance of previous?.record.instances ?? []) {
      if (instance.leaseHash !== undefined) this.#byLease.delete(instance.leaseHash);
    }
    const instances = record.instances.map((instance): Instance => {
      const known = this.instance(record.id, instance.id);
      const isNew =
        known === undefined ||
        renewed.has(instance.id) ||
        known.record.leaseHash !== instance.leaseHash;
      if (instance.leaseHash !== undefined)
        this.#byLease.set(instance.leaseHash, { serverId: record.id, instanceId: instance.id });
      return { record: instance, health: isNew ? healthOf(instance, now, known) : known.health };
    });
    const snapshot = previous?.snapshot;
    if (previous?.record.name !== record.name) this.#index(previous?.record, record);
    this.#set({ record, instances, ...(snapshot === undefined ? {} : { snapshot }) });
    // A renewed lease alone shows in no list.
    if (previous?.record.revision !== record.revision) this.#version += 1;
    else if (serverStatus(previous.instances) !== serverStatus(instances)) this.#version += 1;
  }

  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    for (const { leaseHash } of entry.record.instances)
      if (leaseHash !== undefined) this.#byLease.delete(leaseHash);
    this.#index(entry.record, undefined);
    this.#entries.delete(id);
    this.#order = undefined;
    this.#listed = undefined;
    this.#version += 1;
  }

  setHealth(serverId: string, instanceId: string, health: Health, isVisible: boolean): void {
    const entry = this.#entries.get(serverId);
    if (entry === undefined) return;
    const instances = entry.instances.map((one) =>
      one.record.id === instanceId ? { ...one, health } : one,
    );
    this.#set({ ...entry, instances });
    if (isVisible) this.#version += 1;
  }

  setSnapshot(serverId: string, snapshot: CapabilitySnapshot): void {
    const entry = this.#entries.get(serverId);
    if (entry === undefined) return;
    this.#set({ ...entry, snapshot });
    this.#version += 1;
  }

  #set(entry: Entry): void {
    if (!this.#entries.has(entry.record.id)) this.#order = undefined;
    this.#entries.set(entry.record.id, entry);
    this.#listed = undefined;
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

function healthOf(record: InstanceRecord, now: Now, known: Instance | undefined): Health {
  return newHealth(now, record.leaseHash === undefined ? undefined : record.ttlMs, known?.health);
}
