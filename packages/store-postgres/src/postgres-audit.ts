import type { BudgetBook } from "@hub/core";
import {
  type AuditQuery,
  type AuditRecord,
  type AuditRow,
  type AuditStore,
  isOfCalls,
} from "@hub/core/storage";
import { bytesOf } from "@hub/core/text";
import type { Database, Queries } from "./database.js";

type Sizes = { readonly auditBytes: number; readonly auditCallBytes: number };
type SizeRow = { readonly seq: number; readonly bytes: number };

/** Both kinds of lines have room of their own. */
const kinds = [
  { isCall: false, budget: "auditBytes", column: "audit_bytes" },
  { isCall: true, budget: "auditCallBytes", column: "audit_call_bytes" },
] as const;

/** Others wait for the rows that are dropped; in steps of this size they get between. */
const dropStep = 500;

/** The audit in the database of the catalogue. */
export class PostgresAudit implements AuditStore {
  readonly #database: Database;
  readonly #budgets: BudgetBook;
  /** As this hub last saw them. */
  #sizes: Sizes = { auditBytes: 0, auditCallBytes: 0 };

  constructor(database: Database, budgets: BudgetBook) {
    this.#database = database;
    this.#budgets = budgets;
    for (const { budget } of kinds) budgets.watch(budget, () => ({ used: this.#sizes[budget] }));
  }

  async readSizes(): Promise<void> {
    const [sizes] = await this.#database.query((queries) => queries.rows<Sizes>(sizesNow));
    if (sizes !== undefined) this.#sizes = sizes;
  }

  async append(records: readonly AuditRecord[]): Promise<void> {
    const apply = await this.#database.transaction((queries) => this.insert(queries, records));
    apply();
  }

  async appendCalls(records: readonly AuditRecord[]): Promise<void> {
    const apply = await this.#database.transaction(async (queries) => {
      // Nobody waits for the disk; what was committed is lost with the whole database server only.
      await queries.run("SET LOCAL synchronous_commit = off");
      return this.insert(queries, records);
    });
    apply();
  }

  /** Writes inside a transaction; returns what to do when that is durable. */
  async insert(queries: Queries, records: readonly AuditRecord[]): Promise<() => void> {
    if (records.length === 0) return () => {};
    const texts = records.map((record) => JSON.stringify(record));
    const grown = { auditBytes: 0, auditCallBytes: 0 };
    for (const [index, record] of records.entries())
      grown[isOfCalls(record) ? "auditCallBytes" : "auditBytes"] += bytesOf(texts[index] ?? "");
    // Before the lines get their numbers, so that no lower number appears after a higher one.
    const [sizes] = await queries.rows<Sizes>(
      `UPDATE hub_state SET audit_bytes = audit_bytes + $1, audit_call_bytes = audit_call_bytes + $2
       RETURNING audit_bytes AS "auditBytes", audit_call_bytes AS "auditCallBytes"`,
      [grown.auditBytes, grown.auditCallBytes],
    );
    await queries.run(
      `INSERT INTO audit (at, action, outcome, who_id, who_name, server_id, is_call, record)
       SELECT at, action, outcome, who_id, who_name, server_id, is_call, record FROM unnest(
         $1::double precision[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::text[]
       ) WITH ORDINALITY AS t (at, action, outcome, who_id, who_name, server_id, is_call, record, place)
       ORDER BY place`,
      [
        records.map(({ at }) => at),
        records.map(({ action }) => action),
        records.map(({ outcome }) => outcome),
        records.map(({ who }) => plain(who.id)),
        records.map(({ who }) => (who.name === undefined ? null : plain(who.name))),
        records.map(({ serverId }) => (serverId === undefined ? null : plain(serverId))),
        records.map(isOfCalls),
        texts,
      ],
    );
    const left = { ...(sizes ?? this.#sizes) };
    const refused: (keyof Sizes)[] = [];
    for (const { isCall, budget, column } of kinds) {
      const before = left[budget];
      left[budget] = await bound(queries, isCall, before, this.#budgets.limit(budget));
      if (left[budget] === before) continue;
      refused.push(budget);
      await queries.run(`UPDATE hub_state SET ${column} = $1`, [left[budget]]);
    }
    return () => {
      this.#sizes = left;
      for (const budget of refused) this.#budgets.refused(budget);
    };
  }

  /**
   * Runs a change of something else in a transaction, tells other hubs that there is news of `topic`, and writes
   * the line with it. Neither happens when it changes no row. Returns how many it changed.
   */
  async beside(
    database: Database,
    topic: string,
    line: AuditRecord | undefined,
    change: (queries: Queries) => Promise<number>,
  ): Promise<number> {
    const { changed, apply } = await database.transaction(async (queries) => {
      const changed = await change(queries);
      if (changed === 0) return { changed, apply: () => {} };
      await queries.rows("SELECT pg_notify('mcp_hub', $1)", [topic]);
      return { changed, apply: await this.insert(queries, line === undefined ? [] : [line]) };
    });
    apply();
    return changed;
  }

  async page(query: AuditQuery): Promise<readonly AuditRow[]> {
    const { limit, subject } = query;
    const found: AuditRow[] = [];
    let { before } = query;
    for (;;) {
      const rows = await this.#rows({ ...query, before });
      found.push(...rows.filter((row) => subject === undefined || row.subject === subject));
      const last = rows.at(-1);
      if (found.length >= limit || last === undefined || rows.length < limit)
        return found.slice(0, limit);
      before = last.seq;
    }
  }

  /** The newest that fit; of a subject, those in which it may stand. */
  async #rows(query: AuditQuery): Promise<readonly AuditRow[]> {
    const { before, limit, who, actions, outcomes, serverId, subject, since, until } = query;
    // As it is written in a record. Text that is no JSON for Postgres, such as half a character, is found too.
    const written = subject === undefined ? null : `"subject":${JSON.stringify(subject)}`;
    const rows = await this.#database.query((queries) =>
      queries.rows<{ readonly seq: number; readonly record: string }>(
        `SELECT seq, record FROM audit
         WHERE ($1::bigint IS NULL OR seq < $1)
           AND ($2::double precision IS NULL OR at >= $2) AND ($3::double precision IS NULL OR at < $3)
           AND ($4::text IS NULL OR who_id = $4 OR who_name = $4)
           AND ($5::text[] IS NULL OR action = ANY($5)) AND ($6::text[] IS NULL OR outcome = ANY($6))
           AND ($7::text IS NULL OR server_id = $7)
           AND ($8::text IS NULL OR strpos(record, $8) > 0)
         ORDER BY seq DESC LIMIT $9`,
        [
          before ?? null,
          since ?? null,
          until ?? null,
          who === undefined ? null : plain(who),
          actions ?? null,
          outcomes ?? null,
          serverId === undefined ? null : plain(serverId),
          written,
          limit,
        ],
      ),
    );
    // What the store wrote is what it reads.
    return rows.map(({ seq, record }) => ({ ...(JSON.parse(record) as AuditRecord), seq }));
  }

  async trim(before: number): Promise<void> {
    for (;;) {
      const count = await this.#database.task(async (queries) => {
        const [sizes] = await queries.rows<Sizes>(`${sizesNow} FOR UPDATE`);
        const gone = await queries.rows<{ readonly isCall: boolean; readonly bytes: number }>(
          `DELETE FROM audit WHERE seq IN (
             SELECT seq FROM audit WHERE at < $1 AND seq < (SELECT max(seq) FROM audit) ORDER BY seq LIMIT $2
           ) RETURNING is_call AS "isCall", octet_length(record) AS bytes`,
          [before, dropStep],
        );
        const left = { ...(sizes ?? this.#sizes) };
        for (const { isCall, bytes } of gone)
          left[isCall ? "auditCallBytes" : "auditBytes"] -= bytes;
        await queries.run("UPDATE hub_state SET audit_bytes = $1, audit_call_bytes = $2", [
          left.auditBytes,
          left.auditCallBytes,
        ]);
        this.#sizes = left;
        return gone.length;
      });
      if (count < dropStep) return;
    }
  }
}

const sizesNow = `SELECT audit_bytes AS "auditBytes", audit_call_bytes AS "auditCallBytes" FROM hub_state`;

/** Text of Postgres holds everything but this one character. */
export const plain = (text: string) => text.replaceAll("\u0000", "\uFFFD");

/** Drops the oldest lines of a kind until they have at most `most` bytes; returns what they have then. */
async function bound(
  queries: Queries,
  isCall: boolean,
  bytes: number,
  most: number,
): Promise<number> {
  let left = bytes;
  while (left > most) {
    // The newest stays, so that there is always one.
    const rows = await queries.rows<SizeRow>(
      `SELECT seq, octet_length(record) AS bytes FROM audit
       WHERE is_call = $1 AND seq < (SELECT max(seq) FROM audit) ORDER BY seq LIMIT $2`,
      [isCall, dropStep],
    );
    let upTo = 0;
    for (const row of rows) {
      if (left <= most) break;
      left -= row.bytes;
      upTo = row.seq;
    }
    if (upTo === 0) break;
    await queries.run("DELETE FROM audit WHERE is_call = $1 AND seq <= $2", [isCall, upTo]);
  }
  return left;
}
