import type { EntryRecord } from "./entry.js";
import type { JournalEvent } from "./events.js";
import type { CapabilitySnapshot } from "./snapshot.js";
import type {
  CapabilityChange,
  CommitResult,
  JournalQuery,
  RegistryStore,
  StoredState,
  StoreWrite,
} from "./store.js";

/**
 * A store that lives as long as its object: for tests, and for hubs that may forget. `close` keeps
 * what it holds, so a registry opened on it again finds everything, as after a restart on disk.
 */
export class MemoryStore implements RegistryStore {
  readonly #entries = new Map<string, EntryRecord>();
  readonly #snapshots = new Map<string, CapabilitySnapshot>();
  #journal: JournalEvent[] = [];
  #changes: CapabilityChange[] = [];
  #lastSeq = 0;

  async load(): Promise<StoredState> {
    return structuredClone({
      entries: [...this.#entries.values()],
      snapshots: this.#snapshots,
      lastSeq: this.#lastSeq,
    });
  }

  async commit(write: StoreWrite): Promise<CommitResult> {
    const bases = [
      ...write.entries.map(({ record, basedOn }) => ({ id: record.id, basedOn })),
      ...write.removed,
    ];
    const lost = bases.filter(({ id, basedOn }) => this.#entries.get(id)?.version !== basedOn);
    if (lost.length > 0) {
      const fresh = new Map(lost.map(({ id }) => [id, this.#entries.get(id)]));
      return { ok: false, fresh: structuredClone(fresh) };
    }
    return { ok: true, seqs: this.#store(structuredClone(write)) };
  }

  async journal(query: JournalQuery): Promise<readonly JournalEvent[]> {
    const { after = 0, before = Number.POSITIVE_INFINITY, serverId, kinds } = query;
    const found = this.#journal.filter(
      (event) =>
        event.seq > after &&
        event.seq < before &&
        (serverId === undefined || event.serverId === serverId) &&
        (kinds === undefined || kinds.includes(event.kind)),
    );
    if (query.order === "newest-first") found.reverse();
    return structuredClone(found.slice(0, query.limit));
  }

  async changes(
    serverId: string,
    query: { readonly before?: number | undefined; readonly limit: number },
  ): Promise<readonly CapabilityChange[]> {
    const { before = Number.POSITIVE_INFINITY, limit } = query;
    const found = this.#changes.filter((one) => one.serverId === serverId && one.seq < before);
    return structuredClone(found.reverse().slice(0, limit));
  }

  async oldestSeq(): Promise<number> {
    return this.#journal[0]?.seq ?? 0;
  }

  async trimJournal(keep: number): Promise<void> {
    this.#journal = this.#journal.slice(Math.max(0, this.#journal.length - keep));
  }

  async close(): Promise<void> {}

  #store(write: StoreWrite): number[] {
    for (const { id } of write.removed) {
      this.#entries.delete(id);
      this.#snapshots.delete(id);
      this.#changes = this.#changes.filter((one) => one.serverId !== id);
    }
    for (const { record } of write.entries) this.#entries.set(record.id, record);
    for (const { serverId, snapshot } of write.snapshots)
      if (this.#entries.has(serverId)) this.#snapshots.set(serverId, snapshot);
    return write.events.map(({ event, changes }) => {
      this.#lastSeq += 1;
      this.#journal.push({ ...event, seq: this.#lastSeq });
      if (event.kind === "capabilities-changed" && this.#entries.has(event.serverId)) {
        const { serverId, at, hash, previousHash } = event;
        this.#changes.push({
          serverId,
          seq: this.#lastSeq,
          at,
          hash,
          ...(previousHash === undefined ? {} : { previousHash }),
          changes: changes ?? [],
        });
      }
      return this.#lastSeq;
    });
  }
}
