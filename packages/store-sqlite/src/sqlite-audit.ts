import { setImmediate as nextTurn } from "node:timers/promises";
import { BudgetBook } from "@hub/core";
import type { AuditQuery, AuditRecord, AuditRow, AuditStore } from "@hub/core/storage";
import { bytesOf } from "@hub/core/text";
import { AuditCalls } from "./audit-calls.js";
import { checksumOf } from "./checksum.js";
import type { Connection, Statement } from "./connection.js";
import { auditKey, auditOf, rowsOf, type StoredRow } from "./rows.js";
import type { SqliteAccess } from "./sqlite-access.js";

/** Calls have room of their own. */
type Sizes = { readonly auditBytes: number; readonly auditCallBytes: number };
type SizeRow = { readonly seq: number; readonly bytes: number };

/** Dropping waits for the disk, and nothing else is done meanwhile. */
const dropStep = 500;

/** The audit in the SQLite file of the catalogue, over its one connection. */
export class SqliteAudit implements AuditStore {
  readonly #access: SqliteAccess;
  readonly #budgets: BudgetBook;
  readonly #connection: Connection;
  readonly #calls: AuditCalls;
  readonly #add: Statement<unknown>;
  readonly #oldest: Statement<SizeRow>;
  readonly #drop: Statement<unknown>;
  readonly #old: Statement<SizeRow>;
  readonly #dropOne: Statement<unknown>;
  readonly #prepared = new Map<string, Statement<StoredRow>>();
  #lastSeq: number;
  #bytes: Sizes;

  constructor(
    connection: Connection,
    access: SqliteAccess,
    budgets: BudgetBook = new BudgetBook(),
  ) {
    this.#access = access;
    this.#budgets = budgets;
    this.#connection = connection;
    this.#calls = new AuditCalls(connection, access);
    this.#add = connection.prepare(
      `INSERT INTO audit (seq, at, action, outcome, who_id, who_name, server_id, record, checksum)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`,
    );
    this.#oldest = connection.prepare(
      "SELECT seq, octet_length(record) AS bytes FROM audit ORDER BY seq LIMIT ?",
    );
    this.#drop = connection.prepare("DELETE FROM audit WHERE seq <= ?");
    this.#old = connection.prepare(
      `SELECT seq, octet_length(record) AS bytes FROM audit
       WHERE at < ? AND seq < ? ORDER BY seq LIMIT ?`,
    );
    this.#dropOne = connection.prepare("DELETE FROM audit WHERE seq = ?");
    const [lines] = connection
      .prepare<{ readonly lastSeq: number | null; readonly bytes: number | null }>(
        "SELECT max(seq) AS lastSeq, sum(octet_length(record)) AS bytes FROM audit",
      )
      .all([]);
    const calls = this.#calls.measured();
    this.#lastSeq = Math.max(lines?.lastSeq ?? 0, calls.lastSeq);
    this.#bytes = { auditBytes: lines?.bytes ?? 0, auditCallBytes: calls.bytes };
    for (const budget of ["auditBytes", "auditCallBytes"] as const)
      budgets.watch(budget, () => ({ used: this.#bytes[budget] }));
  }

  async append(records: readonly AuditRecord[]): Promise<void> {
    const apply = this.#access.write(() => this.insert(records));
    apply();
  }

  async appendCalls(records: readonly AuditRecord[]): Promise<void> {
    const apply = this.#access.writeSoon(() => this.#insertCalls(records));
    apply();
  }

  /** Writes inside a transaction; returns what to do when that is durable. */
  insert(records: readonly AuditRecord[]): () => void {
    let { auditBytes } = this.#bytes;
    let seq = this.#lastSeq;
    for (const record of records) {
      seq += 1;
      const { at, action, outcome, who, serverId = null } = record;
      const text = JSON.stringify(record);
      const checksum = checksumOf(auditKey(seq), text);
      this.#add.run([seq, at, action, outcome, who.id, who.name ?? null, serverId, text, checksum]);
      auditBytes += bytesOf(text);
    }
    const left = this.#bound(auditBytes, this.#budgets.limit("auditBytes"), seq);
    return () => {
      this.#lastSeq = seq;
      this.#bytes = { ...this.#bytes, auditBytes: left };
      if (left < auditBytes) this.#budgets.refused("auditBytes");
    };
  }

  #insertCalls(records: readonly AuditRecord[]): () => void {
    const bytes = this.#bytes.auditCallBytes + this.#calls.insert(this.#lastSeq + 1, records);
    const left = this.#calls.bound(bytes, this.#budgets.limit("auditCallBytes"));
    return () => {
      this.#lastSeq += records.length;
      this.#bytes = { ...this.#bytes, auditCallBytes: left };
      if (left < bytes) this.#budgets.refused("auditCallBytes");
    };
  }

  async page(query: AuditQuery): Promise<readonly AuditRow[]> {
    const { limit, actions } = query;
    // What comes while calls are read is for the next one who asks, or lines of before it would be passed over.
    const before = Math.min(query.before ?? Number.MAX_SAFE_INTEGER, this.#lastSeq + 1);
    const lines = this.#lines({ ...query, before });
    if (actions?.includes("call") === false) return lines;
    const above = lines.length < limit ? 0 : (lines.at(-1)?.seq ?? 0);
    const calls = await this.#calls.page({ ...query, before }, above);
    return [...lines, ...calls].sort((one, other) => other.seq - one.seq).slice(0, limit);
  }

  async trim(before: number): Promise<void> {
    for (;;) {
      const gone = this.#access.run(() => this.#old.all([before, this.#lastSeq, dropStep]));
      const callBytes = this.#calls.trim(before, this.#lastSeq);
      if (gone.length > 0)
        this.#access.write(() => {
          for (const { seq } of gone) this.#dropOne.run([seq]);
        });
      const lineBytes = gone.reduce((sum, { bytes }) => sum + bytes, 0);
      this.#bytes = {
        auditBytes: this.#bytes.auditBytes - lineBytes,
        auditCallBytes: this.#bytes.auditCallBytes - callBytes,
      };
      if (gone.length === 0 && callBytes === 0) return;
      await nextTurn();
    }
  }

  #lines(query: AuditQuery & { readonly before: number }): readonly AuditRow[] {
    const { before, limit, who, actions, outcomes, serverId, subject } = query;
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
    // What the disk spoiled is no JSON, and is left out when it is read. Compared as JSON, which can say half a
    // character.
    if (subject !== undefined)
      narrow("iif(json_valid(record), record -> '$.subject', NULL) = ?", JSON.stringify(subject));
    if (actions !== undefined) narrow(`action ${anyOf(actions)}`, ...actions);
    if (outcomes !== undefined) narrow(`outcome ${anyOf(outcomes)}`, ...outcomes);
    const sql = `${rowsOf.audit("main")} WHERE ${conditions.join(" AND ")} ORDER BY seq DESC LIMIT ?`;
    const statement = this.#prepared.get(sql) ?? this.#connection.prepare<StoredRow>(sql);
    this.#prepared.set(sql, statement);
    return this.#access.read(() => statement.all([...values, limit])).map(auditOf);
  }

  /** Drops the oldest lines until they have at most `most` bytes; returns what they have then. */
  #bound(bytes: number, most: number, newest: number): number {
    let left = bytes;
    while (left > most) {
      let upTo = 0;
      for (const row of this.#oldest.all([dropStep])) {
        // The newest stays, so that the numbers go on from it.
        if (left <= most || row.seq === newest) break;
        left -= row.bytes;
        upTo = row.seq;
      }
      if (upTo === 0) break;
      this.#drop.run([upTo]);
    }
    return left;
  }
}
