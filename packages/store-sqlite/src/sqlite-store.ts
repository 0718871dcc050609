import { statSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  BudgetBook,
  type EntryRecord,
  HubError,
  type HubStore,
  type JournalEvent,
} from "@hub/core";
import type { SeriesStore } from "@hub/core/past";
import {
  type AuditStore,
  type CommitResult,
  type CredentialStore,
  HistoryLedger,
  type HistoryPage,
  type HistoryQuery,
  type JournalQuery,
  type LedgerRow,
  type SessionStore,
  type SignInStore,
  type StoredState,
  type StoreWrite,
  stepOf,
  type TokenStore,
  type ToolsetStore,
} from "@hub/core/storage";
import { bytesOf } from "@hub/core/text";
import { checksumOf } from "./checksum.js";
import { type Connection, sqliteCodeOf } from "./connection.js";
import { JournalRoom } from "./journal-room.js";
import { describe } from "./refusals.js";
import {
  changeKey,
  changeOf,
  entryKey,
  entryOf,
  eventKey,
  eventOf,
  isIntact,
  type StoredRow,
  snapshotKey,
  snapshotOf,
  textIn,
} from "./rows.js";
import { leaveLog, markClean } from "./shutdown-mark.js";
import type { SqliteAccess } from "./sqlite-access.js";
import { SqliteAudit } from "./sqlite-audit.js";
import { SqliteCredentials } from "./sqlite-credentials.js";
import { SqliteSeries } from "./sqlite-series.js";
import { SqliteSessions } from "./sqlite-sessions.js";
import { SqliteSignIns } from "./sqlite-sign-ins.js";
import { SqliteTokens } from "./sqlite-tokens.js";
import { SqliteToolsets } from "./sqlite-toolsets.js";
import { prepareStatements, type Statements } from "./statements.js";
import { movedFile, unavailable } from "./unavailable.js";
import { CountedWrites } from "./writes.js";

/** Where the store says what an operator should know. `event` names what happened. */
export type StoreLog = {
  info(event: string, fields: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields: Readonly<Record<string, unknown>>): void;
};

/** Ends a transaction whose write was decided on an entry that is another by now. */
const outdated = new Error("The entry is not what the write was decided on.");

/** The catalogue in an SQLite file that this process alone has open. Made by `openSqliteStore`. */
export class SqliteStore implements HubStore {
  /** The toolsets in the same file. Closed with this store. */
  readonly toolsets: ToolsetStore;
  /** The sessions of clients in the same file. Closed with this store. */
  readonly sessions: SessionStore;
  /** Who is signed in to the page, in the same file. Closed with this store. */
  readonly signIns: SignInStore;
  /** The tokens in the same file. Closed with this store. */
  readonly tokens: TokenStore;
  /** The audit in the same file. Closed with this store. */
  readonly audit: AuditStore;
  readonly #audit: SqliteAudit;
  /** What the hub proves itself with to servers, in the same file. Closed with this store. */
  readonly credentials: CredentialStore;
  /** Calls and statuses over time, in the same file. Closed with this store. */
  readonly series: SeriesStore;
  readonly #file: string;
  readonly #inodes: ReadonlyMap<string, number | undefined>;
  readonly #connection: Connection;
  readonly #writes: CountedWrites;
  readonly #statements: Statements;
  readonly #log: StoreLog | undefined;
  readonly #onClosed: () => void;
  readonly #ledger: HistoryLedger;
  readonly #journal: JournalRoom;
  #isClosed = false;
  #isFailing = false;

  constructor(options: {
    readonly file: string;
    readonly connection: Connection;
    /** Default: the table's. */
    readonly budgets?: BudgetBook | undefined;
    readonly log?: StoreLog | undefined;
    readonly onClosed: () => void;
  }) {
    this.#file = options.file;
    this.#inodes = new Map(
      [options.file, `${options.file}-wal`].map((path) => [path, inodeOf(path)]),
    );
    this.#connection = options.connection;
    this.#writes = new CountedWrites(options.connection, options.file);
    this.#statements = prepareStatements(options.connection);
    this.#log = options.log;
    this.#onClosed = options.onClosed;
    const budgets = options.budgets ?? new BudgetBook();
    this.#ledger = new HistoryLedger(budgets, this.#statements.changeSizes.all([]));
    this.#journal = new JournalRoom(this.#statements, budgets, () => !this.#isClosed);
    const access: SqliteAccess = {
      run: (query) => this.#run(query),
      read: (query) => this.#run(() => this.#intact(query())),
      write: (run, line) =>
        this.#run(() => {
          this.#assertInPlace();
          let apply = () => {};
          const result = this.#writes.transaction(() => {
            const changed = run();
            if (line !== undefined && changed !== 0) apply = this.#audit.insert([line]);
            return changed;
          });
          apply();
          return result;
        }),
      writeSoon: (run) =>
        this.#run(() => {
          this.#assertInPlace();
          return this.#writes.soon(run);
        }),
    };
    this.toolsets = new SqliteToolsets(options.connection, access);
    this.sessions = new SqliteSessions(options.connection, access);
    this.signIns = new SqliteSignIns(options.connection, access);
    this.tokens = new SqliteTokens(options.connection, access);
    this.#audit = new SqliteAudit(options.connection, access, budgets);
    this.audit = this.#audit;
    this.credentials = new SqliteCredentials(options.connection, access);
    this.series = new SqliteSeries(options.connection, access, budgets);
  }

  async load(): Promise<StoredState> {
    return this.#run(() => ({
      entries: this.#intact(this.#statements.entries.all([])).map(entryOf),
      snapshots: new Map(
        this.#intact(this.#statements.snapshots.all([])).map((row) => [
          textIn(row.key),
          snapshotOf(row),
        ]),
      ),
      lastSeq: this.#journal.lastSeq,
    }));
  }

  async commit(write: StoreWrite): Promise<CommitResult> {
    return this.#run(() => {
      this.#assertInPlace();
      try {
        const { seqs, apply } = this.#writes.transaction(() => this.#store(write));
        apply();
        return { ok: true, seqs };
      } catch (error) {
        if (error !== outdated) throw error;
        return { ok: false, fresh: this.#conflicts(write) };
      }
    });
  }

  async journal(query: JournalQuery): Promise<readonly JournalEvent[]> {
    return this.#run(() =>
      this.#intact(this.#statements.journal(query)).map((row) => ({
        ...eventOf(row),
        seq: row.seq,
      })),
    );
  }

  async changes(serverId: string, query: HistoryQuery): Promise<HistoryPage> {
    const { seqs, hasMore } = this.#ledger.page(serverId, query);
    return this.#run(() => ({
      changes: this.#intact(seqs.flatMap((seq) => this.#statements.change.all([seq]))).map(
        changeOf,
      ),
      hasMore,
    }));
  }

  async oldestSeq(): Promise<number> {
    return this.#run(() => this.#statements.oldestSeq.all([])[0]?.seq ?? 0);
  }

  async assertWritable(): Promise<void> {
    this.#run(() => {
      this.#assertInPlace();
      // It counts as a write like any other.
      this.#writes.transaction(() => {});
    });
  }

  async trimJournal(keep: number, since = 0): Promise<void> {
    const upTo = this.#run(() => this.#journal.trimsUpTo(keep, since));
    const transaction = (run: () => void) => this.#writes.transaction(run);
    while (!this.#run(() => this.#journal.trimSome(upTo, transaction))) await nextTurn();
  }

  async trimChanges(since: number): Promise<void> {
    this.#run(() => {
      const first = this.#statements.firstChangeSince.all([since])[0]?.seq;
      const plan = this.#ledger.planTrim(first ?? undefined);
      if (plan.dropped.length === 0) return;
      this.#writes.transaction(() => {
        for (const seq of plan.dropped) this.#statements.removeChange.run([seq]);
      });
      plan.apply();
    });
  }

  /** Moves everything into the one file and gives the lock back. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      markClean(this.#connection);
      // While the lock still holds: the next hub puts its own owner there.
      this.#writes.close();
      leaveLog(this.#connection);
    } catch (error) {
      // Nothing is lost: what is in the write-ahead log is read from there at the next start.
      this.#log?.warn("store-close-failed", { file: this.#file, error: describe(error) });
    }
    this.#connection.close();
    this.#onClosed();
  }

  /** The entries that are not what the write was decided on, as they are now. */
  #conflicts(write: StoreWrite): Map<string, EntryRecord | undefined> {
    const fresh = new Map<string, EntryRecord | undefined>();
    const bases = [
      ...write.entries.map(({ record, basedOn }) => ({ id: record.id, basedOn })),
      ...write.removed,
    ];
    for (const { id, basedOn } of bases) {
      if (this.#statements.version.all([id])[0]?.version === basedOn) continue;
      const row = this.#statements.entry.all([id])[0];
      fresh.set(id, row === undefined ? undefined : entryOf(row));
    }
    return fresh;
  }

  /**
   * Writes inside a transaction; returns the numbers of the events, and what to do when they are durable.
   * Throws `outdated`. Each change of an entry names the version it is based on, which saves reading that
   * version first.
   */
  #store({ entries, removed, snapshots, events, audit = [] }: StoreWrite) {
    const statements = this.#statements;
    const gone = new Set(removed.map(({ id }) => id));
    for (const { id, basedOn } of removed) {
      if (statements.removeEntry.run([id, basedOn]) === 0) throw outdated;
    }
    for (const { record, basedOn } of entries) {
      const { id, version } = record;
      const text = JSON.stringify(record);
      const row = [id, version, text, checksumOf(entryKey(id, version), text)] as const;
      const stored =
        basedOn === undefined || gone.has(id)
          ? statements.addEntry.run(row)
          : statements.changeEntry.run([...row, basedOn]);
      if (stored === 0) throw outdated;
    }
    for (const { serverId, snapshot } of snapshots) {
      const text = JSON.stringify(snapshot);
      statements.putSnapshot.run([serverId, text, checksumOf(snapshotKey(serverId), text)]);
    }
    const added: LedgerRow[] = [];
    let journalBytes = 0;
    const seqs = events.map(({ event, changes }, index) => {
      const seq = this.#journal.lastSeq + 1 + index;
      const { serverId, kind } = event;
      const text = JSON.stringify(event);
      statements.addEvent.run([
        seq,
        serverId,
        kind,
        text,
        checksumOf(eventKey(seq, serverId, kind), text),
      ]);
      journalBytes += bytesOf(text);
      if (event.kind === "capabilities-changed" && changes !== undefined) {
        const step = JSON.stringify(stepOf(seq, event, changes));
        const bytes = bytesOf(step);
        const checksum = checksumOf(changeKey(seq, serverId), step);
        if (statements.addChange.run([seq, serverId, bytes, step, checksum]) > 0)
          added.push({ serverId, seq, bytes });
      }
      return seq;
    });
    const plan = this.#ledger.plan([...gone], added);
    for (const seq of plan.dropped) statements.removeChange.run([seq]);
    const applyJournal = this.#journal.grow(seqs.length, journalBytes);
    const applyAudit = this.#audit.insert(audit);
    const apply = () => {
      plan.apply();
      applyAudit();
      applyJournal();
    };
    return { seqs, apply };
  }

  /** Leaves out rows that the disk has changed, so that one of them does not hide all others. */
  #intact<Row extends StoredRow>(rows: readonly Row[]): readonly Row[] {
    const intact = rows.filter(isIntact);
    if (intact.length < rows.length)
      this.#log?.warn("store-rows-damaged", {
        file: this.#file,
        rows: rows.length - intact.length,
      });
    return intact;
  }

  /** Somebody who deletes or replaces a file leaves the hub writing to one that nobody will find. */
  #assertInPlace(): void {
    for (const [path, inode] of this.#inodes) if (inodeOf(path) !== inode) throw movedFile();
  }

  #run<Result>(run: () => Result): Result {
    if (this.#isClosed)
      throw new HubError("STORE_UNAVAILABLE", "The hub is stopping and stores nothing any more.");
    try {
      const result = run();
      if (this.#isFailing) this.#recovered();
      return result;
    } catch (error) {
      const failure = sqliteCodeOf(error) === undefined ? error : unavailable(error);
      if (HubError.is(failure)) this.#failed(error);
      throw failure;
    }
  }

  #failed(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#log?.warn("store-failing", { file: this.#file, error: describe(error) });
  }

  #recovered(): void {
    this.#isFailing = false;
    this.#log?.info("store-recovered", { file: this.#file });
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
