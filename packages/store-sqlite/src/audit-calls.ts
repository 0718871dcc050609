import { setImmediate as nextTurn } from "node:timers/promises";
import { type AuditQuery, type AuditRecord, type AuditRow, fitsAudit } from "@hub/core/storage";
import { bytesOf } from "@hub/core/text";
import { checksumOf } from "./checksum.js";
import type { Connection, Statement } from "./connection.js";
import {
  auditCallsKey,
  type CallBlock,
  type CallKind,
  callsOf,
  rowsOf,
  type StoredRow,
} from "./rows.js";
import type { SqliteAccess } from "./sqlite-access.js";

type SizeRow = { readonly seq: number; readonly bytes: number };

/** About a page or two of the database. */
export const mostInBlock = 256;
const mostTextInBlock = 8_192;
/** Of a call, beside what its caller chose. */
const usualText = 32;
/** What is read, and parsed, before others have their turn. */
const blocksAtOnce = 8;
const dropStep = 100;

/** Calls of the audit, many in a row: each line for itself costs more CPU than all else that a token does. */
export class AuditCalls {
  readonly #connection: Connection;
  readonly #access: SqliteAccess;
  readonly #add: Statement<unknown>;
  readonly #oldest: Statement<SizeRow>;
  readonly #old: Statement<SizeRow>;
  readonly #drop: Statement<unknown>;
  readonly #below: Statement<StoredRow & { readonly seq: number }>;

  constructor(connection: Connection, access: SqliteAccess) {
    this.#connection = connection;
    this.#access = access;
    this.#add = connection.prepare(addCalls);
    this.#oldest = connection.prepare(
      `SELECT seq, octet_length(calls) AS bytes FROM audit_calls
       WHERE seq < (SELECT max(seq) FROM audit_calls) ORDER BY seq LIMIT ?`,
    );
    this.#old = connection.prepare(
      `SELECT seq, octet_length(calls) AS bytes FROM audit_calls
       WHERE last_at < ? AND seq + count <= ? ORDER BY seq LIMIT ?`,
    );
    this.#drop = connection.prepare("DELETE FROM audit_calls WHERE seq = ?");
    this.#below = connection.prepare(
      `${rowsOf.auditCalls("main")}
       WHERE seq < ? AND seq + count > ? AND last_at >= ? AND first_at < ? ORDER BY seq DESC LIMIT ?`,
    );
  }

  /** The highest number in use, and the bytes of all. */
  measured(): { readonly lastSeq: number; readonly bytes: number } {
    const [row] = this.#connection
      .prepare<{ readonly lastSeq: number | null; readonly bytes: number | null }>(
        "SELECT max(seq + count - 1) AS lastSeq, sum(octet_length(calls)) AS bytes FROM audit_calls",
      )
      .all([]);
    return { lastSeq: row?.lastSeq ?? 0, bytes: row?.bytes ?? 0 };
  }

  /** Writes inside a transaction; the first gets the number `seq`, and so on. Returns their bytes. */
  insert(seq: number, records: readonly AuditRecord[]): number {
    let bytes = 0;
    for (const block of callBlocks(seq, records)) {
      this.#add.run(block);
      bytes += bytesOf(block[4]);
    }
    return bytes;
  }

  /** The newest that fit, newest first, and above a number. Others have their turn while it reads. */
  async page(query: AuditQuery & { readonly before: number }, above: number) {
    const { since = -Number.MAX_VALUE, until = Number.MAX_VALUE, limit } = query;
    const found: AuditRow[] = [];
    let { before } = query;
    for (;;) {
      const rows = this.#access.run(() =>
        this.#below.all([before, above + 1, since, until, blocksAtOnce]),
      );
      for (const row of this.#access.read(() => rows)) {
        const lines = callsOf(row).filter(
          (line) => line.seq < query.before && line.seq > above && fitsAudit(line, query),
        );
        found.push(...lines.reverse());
        if (found.length >= limit) return found.slice(0, limit);
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < blocksAtOnce) return found;
      before = last.seq;
      await nextTurn();
    }
  }

  /** Drops, in a transaction, the oldest until they have at most `most` bytes; returns what they have then. */
  bound(bytes: number, most: number): number {
    let left = bytes;
    while (left > most) {
      // The newest stay, whose numbers those to come follow.
      const rows = this.#oldest.all([dropStep]);
      if (rows.length === 0) break;
      for (const row of rows) {
        if (left <= most) break;
        this.#drop.run([row.seq]);
        left -= row.bytes;
      }
    }
    return left;
  }

  /** Drops some that ended before an instant, and not the number `newest`. Returns their bytes; 0 when there are none. */
  trim(before: number, newest: number): number {
    const rows = this.#access.run(() => this.#old.all([before, newest, dropStep]));
    if (rows.length === 0) return 0;
    this.#access.write(() => {
      for (const { seq } of rows) this.#drop.run([seq]);
    });
    return rows.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

/** Takes what `callBlocks` yields. */
export const addCalls = "INSERT INTO audit_calls VALUES (?, ?, ?, ?, ?, ?)";

/** Some calls, numbered from `seq` on, as rows: number, count, earliest, latest, text and checksum. */
export function* callBlocks(seq: number, records: readonly AuditRecord[]) {
  let from = 0;
  while (from < records.length) {
    const block = blockFrom(records, from);
    const count = block.calls.length;
    const [first, last] = [Math.min(...block.calls.map(atOf)), Math.max(...block.calls.map(atOf))];
    const text = JSON.stringify(block);
    const checksum = checksumOf(auditCallsKey(seq + from, count), text);
    yield [seq + from, count, first, last, text, checksum] as const;
    from += count;
  }
}

const atOf = ([, at]: CallBlock["calls"][number]) => at;

function blockFrom(records: readonly AuditRecord[], from: number): CallBlock {
  const kinds: CallKind[] = [];
  const calls: CallBlock["calls"][number][] = [];
  let text = 0;
  for (let index = from; index < records.length && calls.length < mostInBlock; index += 1) {
    const record = records[index];
    if (record === undefined) break;
    let place = kinds.findIndex((one) => isSameKind(one, record));
    const { at, durationMs = null, arguments: given } = record;
    const size =
      usualText + (given?.length ?? 0) + (place === -1 ? bytesOf(JSON.stringify(record)) : 0);
    if (text > 0 && text + size > mostTextInBlock) break;
    text += size;
    if (place === -1) place = kinds.push(kindOf(record)) - 1;
    calls.push(given === undefined ? [place, at, durationMs] : [place, at, durationMs, given]);
  }
  return { kinds, calls };
}

/** What calls have in common that follow each other. */
export function kindOf(record: AuditRecord): CallKind {
  const { at: _at, durationMs: _ms, arguments: _given, ...kind } = record;
  return kind;
}

/** Whether two are the same by what they are made of; of some that only look the same, each is kept. */
const isSameKind = (one: CallKind, other: CallKind): boolean =>
  one.who === other.who &&
  one.serverId === other.serverId &&
  one.subject === other.subject &&
  one.outcome === other.outcome &&
  one.method === other.method &&
  one.from === other.from &&
  one.code === other.code &&
  one.before === other.before &&
  one.after === other.after &&
  one.count === other.count &&
  one.action === other.action;
