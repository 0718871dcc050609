import { BudgetBook } from "./budget-book.js";
import type { CredentialStore } from "./credential-store.js";
import type { EntryRecord } from "./entry.js";
import type { JournalEvent } from "./events.js";
import { jsonBytes } from "./history.js";
import { HistoryLedger, type LedgerRow } from "./history-ledger.js";
import type { HubStore } from "./hub-store.js";
import { MemoryAuditStore } from "./memory-audit-store.js";
import { MemoryCredentialStore } from "./memory-credential-store.js";
import { MemorySessionStore } from "./memory-session-store.js";
import { MemorySignInStore } from "./memory-sign-in-store.js";
import { MemoryTokenStore } from "./memory-token-store.js";
import { MemoryToolsetStore } from "./memory-toolset-store.js";
import { MemorySeriesStore } from "./past/memory-series-store.js";
import type { SessionStore } from "./session-store.js";
import type { SignInStore } from "./sign-in-store.js";
import type { CapabilitySnapshot } from "./snapshot.js";
import {
  type CapabilityChange,
  type CommitResult,
  type HistoryPage,
  type HistoryQuery,
  type JournalQuery,
  type StoredState,
  type StoreWrite,
  stepOf,
} from "./store.js";
import type { TokenStore } from "./token-store.js";
import type { ToolsetStore } from "./toolset-store.js";

/**
 * A store that lives as long as its object: for tests, and for hubs that may forget. `close` keeps
 * what it holds, so a registry opened on it again finds everything, as after a restart on disk.
 */
export class MemoryStore implements HubStore {
  readonly toolsets: ToolsetStore;
  readonly sessions: SessionStore = new MemorySessionStore();
  readonly signIns: SignInStore = new MemorySignInStore();
  readonly credentials: CredentialStore;
  readonly tokens: TokenStore;
  readonly audit: MemoryAuditStore;
  readonly series: MemorySeriesStore;
  readonly #entries = new Map<string, EntryRecord>();
  readonly #snapshots = new Map<string, CapabilitySnapshot>();
  readonly #budgets: BudgetBook;
  readonly #ledger: HistoryLedger;
  readonly #changes = new Map<number, CapabilityChange>();
  #journal: { readonly event: JournalEvent; readonly bytes: number }[] = [];
  #journalBytes = 0;
  #lastSeq = 0;

  /** Default: the table's budgets. */
  constructor(budgets: BudgetBook = new BudgetBook()) {
    this.#budgets = budgets;
    this.#ledger = new HistoryLedger(budgets);
    this.audit = new MemoryAuditStore(budgets);
    this.series = new MemorySeriesStore(budgets);
    this.toolsets = new MemoryToolsetStore(this.audit);
    this.credentials = new MemoryCredentialStore(this.audit);
    this.tokens = new MemoryTokenStore(this.audit);
    budgets.watch("journalItems", () => ({ used: this.#journal.length }));
    budgets.watch("journalBytes", () => ({ used: this.#journalBytes }));
  }

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
      ({ event }) =>
        event.seq > after &&
        event.seq < before &&
        (serverId === undefined || event.serverId === serverId) &&
        (kinds === undefined || kinds.includes(event.kind)),
    );
    if (query.order === "newest-first") found.reverse();
    const page: JournalEvent[] = [];
    let left = query.mostBytes ?? Number.POSITIVE_INFINITY;
    for (const { event, bytes } of found.slice(0, query.limit)) {
      if (page.length > 0 && bytes > left) break;
      left -= bytes;
      page.push(event);
    }
    return structuredClone(page);
  }

  async changes(serverId: string, query: HistoryQuery): Promise<HistoryPage> {
    const { seqs, hasMore } = this.#ledger.page(serverId, query);
    const changes = seqs.flatMap((seq) => this.#changes.get(seq) ?? []);
    return structuredClone({ changes, hasMore });
  }

  async oldestSeq(): Promise<number> {
    return this.#journal[0]?.event.seq ?? 0;
  }

  async trimJournal(keep: number, since = 0): Promise<void> {
    const isOld = (first = this.#journal[0]) => first !== undefined && first.event.at < since;
    while (this.#journal.length > keep || isOld()) this.#dropOldestEvent();
  }

  async trimChanges(since: number): Promise<void> {
    const seqs = [...this.#changes.keys()].sort((a, b) => a - b);
    const firstKept = seqs.find((seq) => (this.#changes.get(seq)?.at ?? 0) >= since);
    const plan = this.#ledger.planTrim(firstKept);
    for (const seq of plan.dropped) this.#changes.delete(seq);
    plan.apply();
  }

  async assertWritable(): Promise<void> {}

  async close(): Promise<void> {}

  #store(write: StoreWrite): number[] {
    this.audit.take(write.audit ?? []);
    for (const { id } of write.removed) {
      this.#entries.delete(id);
      this.#snapshots.delete(id);
      for (const [seq, { serverId }] of this.#changes)
        if (serverId === id) this.#changes.delete(seq);
    }
    for (const { record } of write.entries) this.#entries.set(record.id, record);
    for (const { serverId, snapshot } of write.snapshots)
      if (this.#entries.has(serverId)) this.#snapshots.set(serverId, snapshot);
    const added: LedgerRow[] = [];
    const seqs = write.events.map(({ event, changes }) => {
      this.#lastSeq += 1;
      const seq = this.#lastSeq;
      const bytes = jsonBytes(event);
      this.#journal.push({ event: { ...event, seq }, bytes });
      this.#journalBytes += bytes;
      const { serverId } = event;
      if (event.kind === "capabilities-changed" && changes !== undefined) {
        const change = stepOf(seq, event, changes);
        if (this.#entries.has(serverId)) {
          this.#changes.set(seq, change);
          added.push({ serverId, seq, bytes: jsonBytes(change) });
        }
      }
      return seq;
    });
    const plan = this.#ledger.plan(
      write.removed.map(({ id }) => id),
      added,
    );
    for (const seq of plan.dropped) this.#changes.delete(seq);
    plan.apply();
    while (this.#journalBytes > this.#budgets.limit("journalBytes") && this.#journal.length > 1) {
      this.#budgets.refused("journalBytes");
      this.#dropOldestEvent();
    }
    return seqs;
  }

  #dropOldestEvent(): void {
    this.#journalBytes -= this.#journal.shift()?.bytes ?? 0;
  }
}
