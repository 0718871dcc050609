import { setImmediate as nextTurn } from "node:timers/promises";
import type { BudgetBook } from "@hub/core";
import {
  type SeriesKey,
  type SeriesKind,
  type SeriesQuery,
  type SeriesRow,
  type SeriesStore,
  seriesBudgets,
  seriesKeyBytes,
  seriesKinds,
} from "@hub/core/past";
import { bytesOf } from "@hub/core/text";
import { checksumOf } from "./checksum.js";
import type { Connection, Statement } from "./connection.js";
import { rowsOf, type StoredRow, seriesKey, seriesOf } from "./rows.js";
import type { SqliteAccess } from "./sqlite-access.js";

type Sum = { readonly bytes: number | null; readonly rows: number };
type Aged = { readonly row: number; readonly bytes: number };
type Bytes = Readonly<Record<SeriesKind, number>>;

/** Removing waits for the disk, and nothing else is done meanwhile. */
const removeStep = 500;

const always = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] as const;
const ofKey = "kind = ? AND server_id = ? AND at = ? AND item = ?";
const keyOf = ({ kind, serverId, at, item }: SeriesKey) => [kind, serverId, at, item] as const;

/** The series in the SQLite file of the catalogue, over its one connection. */
export class SqliteSeries implements SeriesStore {
  readonly #access: SqliteAccess;
  readonly #budgets: BudgetBook;
  readonly #put: Statement<unknown>;
  readonly #one: Statement<StoredRow>;
  readonly #range: Statement<StoredRow>;
  readonly #size: Statement<Sum>;
  readonly #remove: Statement<unknown>;
  readonly #ofServer: Statement<Sum>;
  readonly #forget: Statement<unknown>;
  readonly #aged: Statement<Aged>;
  readonly #removeRow: Statement<unknown>;
  /** What the rows of each kind take. */
  #bytes: Bytes;

  constructor(connection: Connection, access: SqliteAccess, budgets: BudgetBook) {
    this.#access = access;
    this.#budgets = budgets;
    const sumOf = (where: string) =>
      connection.prepare<Sum>(
        `SELECT sum(octet_length(value)) AS bytes, count(*) AS rows FROM series WHERE ${where}`,
      );
    const remove = (where: string) => connection.prepare(`DELETE FROM series WHERE ${where}`);
    const select = rowsOf.series("main");
    this.#put = connection.prepare(
      `INSERT INTO series (kind, server_id, at, item, value, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
       ON CONFLICT DO UPDATE SET value = excluded.value, checksum = excluded.checksum`,
    );
    this.#one = connection.prepare(`${select} WHERE ${ofKey}`);
    this.#range = connection.prepare(
      `${select} WHERE kind = ? AND server_id = ? AND at >= ? AND at < ? ORDER BY at`,
    );
    this.#size = sumOf(ofKey);
    this.#remove = remove(ofKey);
    this.#ofServer = sumOf("kind = ? AND server_id = ?");
    this.#forget = remove("kind = ? AND server_id = ?");
    this.#aged = connection.prepare(
      `SELECT rowid AS row, octet_length(value) AS bytes FROM series
       WHERE kind = ? AND at >= ? AND at < ? ORDER BY at LIMIT ${removeStep}`,
    );
    this.#removeRow = remove("rowid = ?");
    const all = sumOf("kind = ?");
    const bytes = (kind: SeriesKind) => taken(all.all([kind])[0]);
    this.#bytes = {
      minute: bytes("minute"),
      hour: bytes("hour"),
      "item-hour": bytes("item-hour"),
      status: bytes("status"),
    };
    for (const kind of seriesKinds)
      budgets.watch(seriesBudgets[kind], () => ({ used: this.#bytes[kind] }));
  }

  async put(rows: readonly SeriesRow[]): Promise<void> {
    if (rows.length === 0) return;
    const bounded: SeriesKind[] = [];
    this.#bytes = this.#access.write(() => {
      const bytes = { ...this.#bytes };
      for (const row of rows) {
        const text = JSON.stringify(row.value);
        bytes[row.kind] -= taken(this.#size.all(keyOf(row))[0]);
        this.#put.run([...keyOf(row), text, checksumOf(seriesKey(row), text)]);
        bytes[row.kind] += bytesOf(text) + seriesKeyBytes;
      }
      for (const kind of new Set(rows.map((row) => row.kind))) {
        const limit = this.#budgets.limit(seriesBudgets[kind]);
        if (bytes[kind] <= limit) continue;
        bytes[kind] = this.#bound(kind, bytes[kind], limit);
        bounded.push(kind);
      }
      return bytes;
    });
    for (const kind of bounded) this.#budgets.refused(seriesBudgets[kind]);
  }

  async get(keys: readonly SeriesKey[]): Promise<readonly SeriesRow[]> {
    return this.#access.read(() => keys.flatMap((key) => this.#one.all(keyOf(key)))).map(seriesOf);
  }

  async range(query: SeriesQuery): Promise<readonly SeriesRow[]> {
    const { kind, serverId, from = always[0], until = always[1] } = query;
    return this.#access.read(() => this.#range.all([kind, serverId, from, until])).map(seriesOf);
  }

  async remove(keys: readonly SeriesKey[]): Promise<void> {
    if (keys.length === 0) return;
    this.#bytes = this.#access.write(() => {
      const bytes = { ...this.#bytes };
      for (const key of keys) {
        bytes[key.kind] -= taken(this.#size.all(keyOf(key))[0]);
        this.#remove.run(keyOf(key));
      }
      return bytes;
    });
  }

  async forget(serverId: string): Promise<void> {
    this.#bytes = this.#access.write(() => {
      const bytes = { ...this.#bytes };
      for (const kind of seriesKinds) {
        bytes[kind] -= taken(this.#ofServer.all([kind, serverId])[0]);
        this.#forget.run([kind, serverId]);
      }
      return bytes;
    });
  }

  trim(kind: SeriesKind, before: number): Promise<void> {
    return this.#clear(kind, always[0], before);
  }

  cut(kind: SeriesKind, from: number): Promise<void> {
    return this.#clear(kind, from, always[1]);
  }

  /** Removes a time, the oldest rows first, in steps: other work goes on in between. */
  async #clear(kind: SeriesKind, from: number, until: number): Promise<void> {
    for (;;) {
      const rows = this.#access.run(() => this.#aged.all([kind, from, until]));
      if (rows.length === 0) return;
      this.#access.write(() => {
        for (const { row } of rows) this.#removeRow.run([row]);
      });
      const gone = rows.reduce((sum, { bytes }) => sum + bytes + seriesKeyBytes, 0);
      this.#bytes = { ...this.#bytes, [kind]: this.#bytes[kind] - gone };
      if (rows.length < removeStep) return;
      await nextTurn();
    }
  }

  /** Removes the oldest rows of a kind until they take at most `most`; returns what they take then. */
  #bound(kind: SeriesKind, bytes: number, most: number): number {
    let left = bytes;
    while (left > most) {
      const rows = this.#aged.all([kind, ...always]);
      if (rows.length === 0) break;
      for (const one of rows) {
        if (left <= most) break;
        this.#removeRow.run([one.row]);
        left -= one.bytes + seriesKeyBytes;
      }
    }
    return left;
  }
}

/** What rows take: their values, and their keys. */
function taken(sum: Sum | undefined): number {
  return (sum?.bytes ?? 0) + (sum?.rows ?? 0) * seriesKeyBytes;
}
