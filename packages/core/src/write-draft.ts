import type { AuditRecord } from "./audit.js";
import type { EntryRecord } from "./entry.js";
import type { CapabilitySnapshot } from "./snapshot.js";
import type { EventWrite, StoreWrite } from "./store.js";

/**
 * What became of an instance: it is `new`, it registered `again`, somebody registered in its place who
 * proved nothing (`unproven`), or its lease was given back and it stays.
 */
export type Newness = "new" | "again" | "unproven" | "given-back";

/** Newness by instance id, by server id. */
export type RegisteredInstances = ReadonlyMap<string, ReadonlyMap<string, Newness>>;

/** What a commit makes of the entries. */
export type Commit = {
  /** The entries it changes: their new records, `undefined` for those that go. */
  readonly changed: ReadonlyMap<string, EntryRecord | undefined>;
  /** The entries from before that go, also where another takes the id. */
  readonly removed: ReadonlySet<string>;
  readonly registered: RegisteredInstances;
};

/** Entries as they will be when the commit under way succeeds: several decisions share one commit. */
export class WriteDraft implements Commit {
  readonly #base: (id: string) => EntryRecord | undefined;
  readonly #entries = new Map<string, EntryRecord | undefined>();
  readonly #snapshots = new Map<string, CapabilitySnapshot>();
  readonly #events: EventWrite[] = [];
  readonly #audit: AuditRecord[] = [];
  readonly #removed = new Set<string>();
  readonly #registered = new Map<string, Map<string, Newness>>();
  #growth = 0;

  constructor(base: (id: string) => EntryRecord | undefined) {
    this.#base = base;
  }

  get(id: string): EntryRecord | undefined {
    return this.#entries.has(id) ? this.#entries.get(id) : this.#base(id);
  }

  put(record: EntryRecord): void {
    if (this.get(record.id) === undefined) this.#growth += 1;
    this.#entries.set(record.id, record);
  }

  remove(id: string): void {
    if (this.get(id) !== undefined) this.#growth -= 1;
    if (this.#base(id) !== undefined) this.#removed.add(id);
    this.#entries.set(id, undefined);
    this.#snapshots.delete(id);
  }

  /** Marks an instance that has another process from now on: what was observed of it before no longer counts. */
  markRegistered(serverId: string, instanceId: string, newness: Newness): void {
    const marked = this.#registered.get(serverId) ?? new Map<string, Newness>();
    const before = marked.get(instanceId);
    // What is new or proven once in a commit stays so, however often it registers again in the same one.
    const isLess = before === "new" || (before === "again" && newness === "unproven");
    if (!isLess) marked.set(instanceId, newness);
    this.#registered.set(serverId, marked);
  }

  keepSnapshot(serverId: string, snapshot: CapabilitySnapshot): void {
    this.#snapshots.set(serverId, snapshot);
  }

  tell(write: EventWrite): void {
    this.#events.push(write);
  }

  /** Notes who asked for what is decided here; it is stored with it, or neither is. */
  audit(record: AuditRecord): void {
    this.#audit.push(record);
  }

  get changed(): ReadonlyMap<string, EntryRecord | undefined> {
    return this.#entries;
  }

  get removed(): ReadonlySet<string> {
    return this.#removed;
  }

  get registered(): RegisteredInstances {
    return this.#registered;
  }

  /** How many entries there will be more than before. */
  get growth(): number {
    return this.#growth;
  }

  get isEmpty(): boolean {
    return (
      this.#entries.size === 0 &&
      this.#events.length === 0 &&
      this.#snapshots.size === 0 &&
      this.#audit.length === 0
    );
  }

  toWrite(): StoreWrite {
    const entries: StoreWrite["entries"][number][] = [];
    const removed: StoreWrite["removed"][number][] = [];
    for (const [id, record] of this.#entries) {
      const basedOn = this.#base(id)?.version;
      if (record !== undefined) entries.push({ record, basedOn });
      if (basedOn !== undefined && this.#removed.has(id)) removed.push({ id, basedOn });
    }
    return {
      entries,
      removed,
      snapshots: [...this.#snapshots].map(([serverId, snapshot]) => ({ serverId, snapshot })),
      events: [...this.#events],
      ...(this.#audit.length === 0 ? {} : { audit: [...this.#audit] }),
    };
  }
}
