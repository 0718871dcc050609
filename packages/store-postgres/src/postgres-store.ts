import type { BudgetBook, EntryRecord, HubEvent, HubStore, JournalEvent } from "@hub/core";
import {
  type CapabilityChange,
  type CommitResult,
  HistoryLedger,
  type HistoryPage,
  type HistoryQuery,
  type JournalQuery,
  type LedgerRow,
  type SharedWrites,
  type StoredState,
  type StoreWrite,
  stepOf,
} from "@hub/core/storage";
import { bytesOf } from "@hub/core/text";
import type { Database, Queries } from "./database.js";
import { conflicts, storeEntries } from "./entry-rows.js";
import { lockState, type State, toldOf } from "./hub-state.js";
import {
  boundJournal,
  dropChanges,
  dropEvents,
  endsOf,
  firstSince,
  ledgerRows,
} from "./journal-room.js";
import type { NewsListener } from "./news-listener.js";
import { newsSince } from "./news-since.js";
import { PostgresAudit } from "./postgres-audit.js";
import { PostgresCredentials } from "./postgres-credentials.js";
import { PostgresHubs } from "./postgres-hubs.js";
import { PostgresSeries } from "./postgres-series.js";
import { PostgresSessions } from "./postgres-sessions.js";
import { PostgresSignIns } from "./postgres-sign-ins.js";
import { PostgresTokens } from "./postgres-tokens.js";
import { PostgresToolsets } from "./postgres-toolsets.js";

/** Where the store says what an operator should know. `event` names what happened. */
export type StoreLog = {
  info(event: string, fields: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields: Readonly<Record<string, unknown>>): void;
};

type TextRow = { readonly text: string };

/** The catalogue in a Postgres database, which any number of hubs have open. Made by `openPostgresStore`. */
export class PostgresStore implements HubStore {
  /** The toolsets in the same database. Closed with this store. */
  readonly toolsets: PostgresToolsets;
  /** The sessions of clients in the same database. Closed with this store. */
  readonly sessions: PostgresSessions;
  /** Who is signed in to the page, in the same database. Closed with this store. */
  readonly signIns: PostgresSignIns;
  /** The tokens in the same database. Closed with this store. */
  readonly tokens: PostgresTokens;
  /** The audit in the same database. Closed with this store. */
  readonly audit: PostgresAudit;
  /** What the hub proves itself with to servers, in the same database. Closed with this store. */
  readonly credentials: PostgresCredentials;
  /** Calls and statuses over time, in the same database. Closed with this store. */
  readonly series: PostgresSeries;
  readonly #hubs: PostgresHubs;
  readonly #database: Database;
  readonly #news: NewsListener;
  readonly #budgets: BudgetBook;
  #ledger: HistoryLedger;
  /** The write up to which the ledger is true. */
  #ledgerWrite = -1;
  #journalBytes = 0;
  /** The first event of the journal and the last, as this hub last heard of them. */
  #ends = { oldest: 1, last: 0 };

  private constructor(database: Database, news: NewsListener, budgets: BudgetBook) {
    this.#database = database;
    this.#news = news;
    this.#budgets = budgets;
    this.#ledger = new HistoryLedger(budgets);
    budgets.watch("journalItems", () => ({ used: this.#ends.last + 1 - this.#ends.oldest }));
    budgets.watch("journalBytes", () => ({ used: this.#journalBytes }));
    this.audit = new PostgresAudit(database, budgets);
    this.series = new PostgresSeries(database, budgets);
    this.toolsets = new PostgresToolsets(database, this.audit);
    this.sessions = new PostgresSessions(database);
    this.signIns = new PostgresSignIns(database);
    this.tokens = new PostgresTokens(database, this.audit);
    this.credentials = new PostgresCredentials(database, this.audit);
    this.#hubs = new PostgresHubs(database, news);
  }

  static async open(
    database: Database,
    news: NewsListener,
    budgets: BudgetBook,
  ): Promise<PostgresStore> {
    const store = new PostgresStore(database, news, budgets);
    await database.query(async (queries) => {
      const [state] = await queries.rows<State>(toldOf);
      if (state === undefined) return;
      store.#journalBytes = state.journalBytes;
      store.#ends = await endsOf(queries, state);
      await store.#readLedger(queries, state);
    });
    await store.audit.readSizes();
    await store.series.readSizes();
    return store;
  }

  /** All of it as one write left it, whatever other hubs write meanwhile. */
  load(): Promise<StoredState> {
    return this.#database.task(async (queries) => {
      await queries.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      const [state] = await queries.rows<State>(toldOf);
      const entries = await queries.rows<TextRow>("SELECT record AS text FROM entries ORDER BY id");
      const snapshots = await queries.rows<TextRow & { readonly serverId: string }>(
        `SELECT server_id AS "serverId", snapshot AS text FROM snapshots`,
      );
      return {
        entries: entries.map(({ text }) => read<EntryRecord>(text)),
        snapshots: new Map(snapshots.map(({ serverId, text }) => [serverId, read(text)])),
        lastSeq: state?.lastSeq ?? 0,
        write: state?.writes ?? 0,
      };
    });
  }

  /** What the hubs on this database need to know of each other's writes. */
  get shared(): SharedWrites {
    return {
      since: (write, lastSeq) =>
        this.#database.transaction((queries) => newsSince(queries, write, lastSeq)),
      onNews: (topic, listener) => this.#news.listen(topic, listener),
      hubs: this.#hubs,
      sessions: this.sessions,
    };
  }

  async commit(write: StoreWrite): Promise<CommitResult> {
    const { result, apply } = await this.#database.transaction(async (queries) => {
      const state = await lockState(queries);
      const fresh = await conflicts(queries, write);
      if (fresh.size > 0) return { result: { ok: false, fresh } as const, apply: () => {} };
      return this.#store(queries, state, write);
    });
    apply();
    return result;
  }

  journal(query: JournalQuery): Promise<readonly JournalEvent[]> {
    const { after = 0, before = Number.MAX_SAFE_INTEGER, order, limit, mostBytes } = query;
    const { serverId, kinds } = query;
    const direction = order === "newest-first" ? "DESC" : "ASC";
    const sum = `sum(octet_length(event)) OVER (ORDER BY seq ${direction})`;
    return this.#database.query(async (queries) => {
      const rows = await queries.rows<TextRow & { readonly seq: number }>(
        `SELECT seq, text FROM (
           SELECT seq, event AS text, ${sum} AS bytes, row_number() OVER (ORDER BY seq ${direction}) AS place
           FROM (
             SELECT seq, event FROM journal
             WHERE seq > $1 AND seq < $2 AND ($3::text IS NULL OR server_id = $3)
               AND ($4::text[] IS NULL OR kind = ANY($4))
             ORDER BY seq ${direction} LIMIT $5
           ) AS found
         ) AS sized
         WHERE place = 1 OR bytes <= $6 ORDER BY place`,
        [
          after,
          before,
          serverId ?? null,
          kinds ?? null,
          limit,
          mostBytes ?? Number.MAX_SAFE_INTEGER,
        ],
      );
      return rows.map(({ seq, text }) => ({ ...read<HubEvent>(text), seq }));
    });
  }

  changes(serverId: string, query: HistoryQuery): Promise<HistoryPage> {
    const { before = Number.MAX_SAFE_INTEGER, limit, mostBytes } = query;
    return this.#database.query(async (queries) => {
      const rows = await queries.rows<TextRow & { readonly isWithin: boolean }>(
        `SELECT change AS text, place = 1 OR (place <= $3 AND sum <= $4) AS "isWithin" FROM (
           SELECT change, sum(bytes) OVER newest AS sum, row_number() OVER newest AS place FROM changes
           WHERE server_id = $1 AND seq < $2
           WINDOW newest AS (ORDER BY seq DESC)
         ) AS sized ORDER BY place LIMIT $3 + 1`,
        [serverId, before, limit, mostBytes ?? Number.MAX_SAFE_INTEGER],
      );
      const within = rows.filter(({ isWithin }) => isWithin);
      return {
        changes: within.map(({ text }) => read<CapabilityChange>(text)),
        hasMore: within.length < rows.length,
      };
    });
  }

  oldestSeq(): Promise<number> {
    return this.#database.query(async (queries) => {
      const [row] = await queries.rows<{ readonly seq: number | null }>(
        "SELECT min(seq) AS seq FROM journal",
      );
      return row?.seq ?? 0;
    });
  }

  async assertWritable(): Promise<void> {
    // A database that only reads refuses the lock; who writes just now is not waited for.
    await this.#database.query((queries) =>
      queries.rows("SELECT 1 FROM hub_state FOR UPDATE SKIP LOCKED"),
    );
  }

  async trimJournal(keep: number, since = 0): Promise<void> {
    const { bytes, ends } = await this.#database.task(async (queries) => {
      const state = await lockState(queries);
      const oldUntil = (await firstSince(queries, "journal", since)) ?? state.lastSeq + 1;
      // Numbers are given out without gaps, so the newest `keep` are those above this one.
      const upTo = Math.max(oldUntil - 1, state.lastSeq - Math.max(0, keep));
      return {
        bytes: await dropEvents(queries, state.journalBytes, upTo),
        ends: await endsOf(queries, state),
      };
    });
    this.#journalBytes = bytes;
    this.#ends = ends;
  }

  async trimChanges(since: number): Promise<void> {
    const ledger = await this.#database.task(async (queries) => {
      const state = await lockState(queries);
      const first = await firstSince(queries, "changes", since);
      const gone = await dropChanges(queries, first ?? state.lastSeq + 1);
      if (gone === 0) return undefined;
      const write = state.writes + 1;
      // Other hubs read what is left with the next write of a history.
      await queries.run("UPDATE hub_state SET writes = $1, history_write = $1", [write]);
      await queries.rows("SELECT pg_notify('mcp_hub', $1)", [`catalogue ${write}`]);
      return { rows: await ledgerRows(queries), write };
    });
    if (ledger !== undefined) this.#takeLedger(ledger.rows, ledger.write);
  }

  async close(): Promise<void> {
    await this.#news.close();
    await this.#database.close();
  }

  /** Writes inside a transaction that holds the state; returns what to do when it is durable. */
  async #store(queries: Queries, state: State, write: StoreWrite) {
    const number = state.writes + 1;
    await storeEntries(queries, number, write);
    const seqs = write.events.map((_, index) => state.lastSeq + index + 1);
    const texts = write.events.map(({ event }) => JSON.stringify(event));
    if (seqs.length > 0)
      await queries.run(
        `INSERT INTO journal (seq, server_id, kind, event)
         SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[])`,
        [
          seqs,
          write.events.map(({ event }) => event.serverId),
          write.events.map(({ event }) => event.kind),
          texts,
        ],
      );
    const history = await this.#storeHistory(queries, state, write, seqs);
    const grown = texts.reduce((sum, text) => sum + bytesOf(text), state.journalBytes);
    const lastSeq = seqs.at(-1) ?? state.lastSeq;
    const mostBytes = this.#budgets.limit("journalBytes");
    const { bytes: journalBytes, gone } = await boundJournal(queries, grown, mostBytes, lastSeq);
    await queries.run(
      `UPDATE hub_state SET writes = $1, last_seq = $2, journal_bytes = $3,
         history_write = CASE WHEN $4 THEN $1 ELSE history_write END`,
      [number, lastSeq, journalBytes, history !== undefined],
    );
    const applyAudit = await this.audit.insert(queries, write.audit ?? []);
    await queries.rows("SELECT pg_notify('mcp_hub', $1)", [`catalogue ${number}`]);
    return {
      result: { ok: true, seqs, write: number } as const,
      apply: () => {
        this.#journalBytes = journalBytes;
        this.#ends = {
          oldest: Math.max(this.#ends.oldest, gone + 1),
          last: Math.max(this.#ends.last, lastSeq),
        };
        if (journalBytes < grown) this.#budgets.refused("journalBytes");
        history?.apply();
        if (history !== undefined) this.#ledgerWrite = number;
        applyAudit();
      },
    };
  }

  /** Adds the steps that a write brings to histories, and drops those that must go for them. */
  async #storeHistory(
    queries: Queries,
    state: State,
    { events, removed, entries }: StoreWrite,
    seqs: readonly number[],
  ) {
    const steps = events.flatMap(({ event, changes }, index) =>
      event.kind === "capabilities-changed" && changes !== undefined
        ? [stepOf(seqs[index] ?? 0, event, changes)]
        : [],
    );
    if (steps.length === 0 && removed.length === 0) return undefined;
    if (state.historyWrite !== this.#ledgerWrite) await this.#readLedger(queries, state);
    const texts = steps.map((step) => JSON.stringify(step));
    const living = new Set(entries.map(({ record }) => record.id));
    const others = [...new Set(steps.map(({ serverId }) => serverId))].filter(
      (id) => !living.has(id),
    );
    const found = await queries.rows<{ readonly id: string }>(
      "SELECT id FROM entries WHERE id = ANY($1::text[])",
      [others],
    );
    for (const { id } of found) living.add(id);
    const added = steps.flatMap((step, index): (LedgerRow & { readonly text: string })[] => {
      const text = texts[index] ?? "";
      const { seq, serverId } = step;
      return living.has(serverId) ? [{ serverId, seq, bytes: bytesOf(text), text }] : [];
    });
    if (added.length > 0)
      await queries.run(
        `INSERT INTO changes (seq, server_id, bytes, change)
         SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[])`,
        [
          added.map(({ seq }) => seq),
          added.map(({ serverId }) => serverId),
          added.map(({ bytes }) => bytes),
          added.map(({ text }) => text),
        ],
      );
    const ids = removed.map(({ id }) => id);
    const plan = this.#ledger.plan(ids, added);
    if (plan.dropped.length > 0)
      await queries.run("DELETE FROM changes WHERE seq = ANY($1::bigint[])", [plan.dropped]);
    return plan;
  }

  /** Another hub has written histories: what they take is read anew. */
  async #readLedger(queries: Queries, state: State): Promise<void> {
    this.#takeLedger(await ledgerRows(queries), state.historyWrite);
  }

  #takeLedger(rows: readonly LedgerRow[], write: number): void {
    this.#ledger.close();
    this.#ledger = new HistoryLedger(this.#budgets, rows);
    this.#ledgerWrite = write;
  }
}

// What the store wrote is what it reads, so the shapes of these hold.
const read = <Shape>(text: string) => JSON.parse(text) as Shape;
