import type { EntryRecord } from "./entry.js";
import type { CapabilitySnapshot } from "./snapshot.js";
import type { EventWrite, StoreWrite } from "./store.js";

/** Entries as they will be when the commit under way succeeds: several decisions share one commit. */
export class Draft {
  readonly #base: (id: string) => EntryRecord | undefined;
  readonly #entries = new Map<string, EntryRecord | undefined>();
  readonly #snapshots = new Map<string, CapabilitySnapshot>();
  readonly #events: EventWrite[] = [];
  readonly #renewed = new Map<string, Set<string>>();

  constructor(base: (id: string) => EntryRecord | undefined) {
    this.#base = base;
  }

  get(id: string): EntryRecord | undefined {
    return this.#entries.has(id) ? this.#entries.get(id) : this.#base(id);
  }

  put(record: EntryRecord): void {
    this.#entries.set(record.id, record);
  }

  remove(id: string): void {
    this.#entries.set(id, undefined);
    this.#snapshots.delete(id);
  }

  /** Marks an instance as just registered: what was observed of it before no longer counts. */
  renew(serverId: string, instanceId: string): void {
    this.#renewed.set(serverId, (this.#renewed.get(serverId) ?? new Set()).add(instanceId));
  }

  keepSnapshot(serverId: string, snapshot: CapabilitySnapshot): void {
    this.#snapshots.set(serverId, snapshot);
  }

  tell(write: EventWrite): void {
    this.#events.push(write);
  }

  /** The entries it changes: their new records, `undefined` for those that go. */
  get changed(): ReadonlyMap<string, EntryRecord | undefined> {
    return this.#entries;
  }

  get renewed(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#renewed;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0 && this.#events.length === 0 && this.#snapshots.size === 0;
  }

  toWrite(): StoreWrite {
    const entries: StoreWrite["entries"][number][] = [];
    const removed: StoreWrite["removed"][number][] = [];
    for (const [id, record] of this.#entries) {
      const basedOn = this.#base(id)?.version;
      if (record !== undefined) entries.push({ record, basedOn });
      else if (basedOn !== undefined) removed.push({ id, basedOn });
    }
    return {
      entries,
      removed,
      snapshots: [...this.#snapshots].map(([serverId, snapshot]) => ({ serverId, snapshot })),
      events: [...this.#events],
    };
  }
}
