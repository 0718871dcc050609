import { setImmediate as nextTurn } from "node:timers/promises";
import { BudgetBook } from "@hub/core";
import {
  type AuditQuery,
  type AuditRecord,
  type AuditRow,
  type AuditStore,
  isOfCalls,
} from "@hub/core/storage";
import { bytesOf } from "@hub/core/text";
import { checksumOf } from "./checksum.js";
import type { Connection, Statement } from "./connection.js";
import { auditKey, auditOf, rowsOf, type StoredRow } from "./rows.js";
import type { SqliteAccess } from "./sqlite-access.js";

type SizeRow = { readonly seq: number; readonly bytes: number };

/** Both kinds of lines have room of their own. */
const kinds = [
  { isCall: 0, budget: "auditBytes" },
  { isCall: 1, budget: "auditCallBytes" },
] as const;

/** Dropping waits for the disk, and nothing else is done meanwhile. */
const dropStep = 500;

/** The audit in the SQLite file of the catalogue, over its one connection. */
export class SqliteAudit implements AuditStore {
  readonly #access: SqliteAccess;
  readonly #budgets: BudgetBook;
  readonly #connection: Connection;
  readonly #add: Statement<unknown>;
  readonly #oldest: Statement<SizeRow>;
  readonly #drop: Statement<unknown>;
  readonly #old: Statement<SizeRow & { readonly isCall: 0 | 1 }>;
  readonly #dropOne: Statement<unknown>;
  readonly #prepared = new Map<string, Statement<StoredRow>>();
  #lastSeq: number;
  /** Of lines that are no calls, and of calls. */
  #bytes: readonly [number, number];

  constructor(
    connection: Connection,
    access: SqliteAccess,
    budgets: BudgetBook = new BudgetBook(),
  ) {
    this.#access = access;
    this.#budgets = budgets;
    this.#connection = connection;
    this.#add = connection.prepare(
      `INSERT INTO audit (seq, at, action, outcome, who_id, who_name, server_id, is_call, record, checksum)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)`,
    );
    this.#oldest = connection.prepare(
      "SELECT seq, octet_length(record) AS bytes FROM audit WHERE is_call = ? ORDER BY seq LIMIT ?",
    );
    this.#drop = connection.prepare("DELETE FROM audit WHERE is_call = ? AND seq <= ?");
    this.#old = connection.prepare(
      `SELECT seq, octet_length(record) AS bytes, is_call AS isCall FROM audit
       WHERE at < ? AND seq < ? ORDER BY seq LIMIT ?`,
    );
    this.#dropOne = connection.prepare("DELETE FROM audit WHERE seq = ?");
    this.#lastSeq =
      connection
        .prepare<{ readonly seq: number | null }>("SELECT max(seq) AS seq FROM audit")
        .all([])[0]?.seq ?? 0;
    const sizes = connection.prepare<{ readonly bytes: number | null }>(
      "SELECT sum(octet_length(record)) AS bytes FROM audit WHERE is_call = ?",
    );
    const sizeOf = (isCall: 0 | 1) => sizes.all([isCall])[0]?.bytes ?? 0;
    this.#bytes = [sizeOf(0), sizeOf(1)];
    for (const { isCall, budget } of kinds)
      budgets.watch(budget, () => ({ used: this.#bytes[isCall] }));
  }

  async append(records: readonly AuditRecord[]): Promise<void> {
    const apply = this.#access.write(() => this.insert(records));
    apply();
  }

  /** Writes inside a transaction; returns what to do when that is durable. */
  insert(records: readonly AuditRecord[]): () => void {
    const bytes: [number, number] = [...this.#bytes];
    let seq = this.#lastSeq;
    for (const record of records) {
      seq += 1;
      const { at, action, outcome, who, serverId = null } = record;
      const isCall = isOfCalls(record) ? 1 : 0;
      const text = JSON.stringify(record);
      const checksum = checksumOf(auditKey(seq), text);
      const name = who.name ?? null;
      this.#add.run([seq, at, action, outcome, who.id, name, serverId, isCall, text, checksum]);
      bytes[isCall] += bytesOf(text);
    }
    const refused = kinds.filter(({ isCall, budget }) => {
      const before = bytes[isCall];
      bytes[isCall] = this.#bound(isCall, before, this.#budgets.limit(budget), seq);
      return bytes[isCall] < before;
    });
    return () => {
      this.#lastSeq = seq;
      this.#bytes = bytes;
      for (const { budget } of refused) this.#budgets.refused(budget);
    };
  }

  async page(query: AuditQuery): Promise<readonly AuditRow[]> {
    const { before = Number.MAX_SAFE_INTEGER, limit, who, actions, outcomes, serverId } = query;
    const conditions = ["seq < ?"];
    const values: (string | number)[] = [before];
    const narrow = (condition: string, ...more: readonly (string | number)[]) => {
      conditions.push(condition);
      values.push(...more);
    };
    const anyOf = (list: readonly string[]) => `IN (${list.map(() => "?").join()})`;
    if (query.since !== undefined) narrow("at >= ?", query.since);
    if (query.until !== undefined) narrow("at < ?", query.until);
    if (who !== undefined) narrow("(who_id = ? OR who_name = ?)", who, who);
    if (serverId !== undefined) narrow("server_id = ?", serverId);
    if (actions !== undefined) narrow(`action ${anyOf(actions)}`, ...actions);
    if (outcomes !== undefined) narrow(`outcome ${anyOf(outcomes)}`, ...outcomes);
    const sql = `${rowsOf.audit("main")} WHERE ${conditions.join(" AND ")} ORDER BY seq DESC LIMIT ?`;
    const statement = this.#prepared.get(sql) ?? this.#connection.prepare<StoredRow>(sql);
    this.#prepared.set(sql, statement);
    return this.#access.read(() => statement.all([...values, limit])).map(auditOf);
  }

  async trim(before: number): Promise<void> {
    for (;;) {
      const gone = this.#access.run(() => this.#old.all([before, this.#lastSeq, dropStep]));
      if (gone.length === 0) return;
      this.#access.write(() => {
        for (const { seq } of gone) this.#dropOne.run([seq]);
      });
      const bytes: [number, number] = [...this.#bytes];
      for (const row of gone) bytes[row.isCall] -= row.bytes;
      this.#bytes = bytes;
      if (gone.length < dropStep) return;
      await nextTurn();
    }
  }

  /** Drops the oldest lines of a kind until they have at most `most` bytes; returns what they have then. */
  #bound(isCall: 0 | 1, bytes: number, most: number, newest: number): number {
    let left = bytes;
    while (left > most) {
      let upTo = 0;
      for (const row of this.#oldest.all([isCall, dropStep])) {
        // The newest stays, so that the numbers go on from it.
        if (left <= most || row.seq === newest) break;
        left -= row.bytes;
        upTo = row.seq;
      }
      if (upTo === 0) break;
      this.#drop.run([isCall, upTo]);
    }
    return left;
  }
}
