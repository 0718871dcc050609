import type { BudgetBook } from "@hub/core";
import type { JsonObject } from "@hub/core/json";
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
import type { Database, Queries } from "./database.js";

type Bytes = Readonly<Record<SeriesKind, number>>;
type Size = { readonly kind: SeriesKind; readonly bytes: number };
type Text = { readonly at: number; readonly item: string; readonly value: string };

/** Others wait for the rows that go; in steps of this size they get between. */
const removeStep = 500;

const taken = `octet_length(value) + ${seriesKeyBytes}`;
const keys = `SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[])`;

/** The series in the database of the catalogue. */
export class PostgresSeries implements SeriesStore {
  readonly #database: Database;
  readonly #budgets: BudgetBook;
  /** What the rows of each kind take, as this hub last saw it. */
  #bytes: Bytes = { minute: 0, hour: 0, "item-hour": 0, status: 0 };

  constructor(database: Database, budgets: BudgetBook) {
    this.#database = database;
    this.#budgets = budgets;
    for (const kind of seriesKinds)
      budgets.watch(seriesBudgets[kind], () => ({ used: this.#bytes[kind] }));
  }

  async readSizes(): Promise<void> {
    this.#bytes = await this.#database.query(sizesNow);
  }

  async put(rows: readonly SeriesRow[]): Promise<void> {
    if (rows.length === 0) return;
    // Of rows with one key in one write the last counts.
    const newest = [
      ...new Map(rows.map((row) => [JSON.stringify(columnsOf([row])), row])).values(),
    ];
    const kinds = [...new Set(newest.map(({ kind }) => kind))].sort();
    const refused: SeriesKind[] = [];
    this.#bytes = await this.#database.task(async (queries) => {
      await lockSizes(queries, kinds);
      const texts = newest.map(({ value }) => JSON.stringify(value));
      await removeRows(queries, `(kind, server_id, at, item) IN (${keys})`, columnsOf(newest));
      await change(
        queries,
        `INSERT INTO series (kind, server_id, at, item, value)
         SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[])
         RETURNING kind, ${taken} AS bytes`,
        [...columnsOf(newest), texts],
        1,
      );
      for (const kind of kinds) {
        const limit = this.#budgets.limit(seriesBudgets[kind]);
        if (await bound(queries, kind, limit)) refused.push(kind);
      }
      return sizesNow(queries);
    });
    for (const kind of refused) this.#budgets.refused(seriesBudgets[kind]);
  }

  get(wanted: readonly SeriesKey[]): Promise<readonly SeriesRow[]> {
    return this.#database.query(async (queries) => {
      const rows = await queries.rows<Text & Pick<SeriesKey, "kind" | "serverId">>(
        `SELECT kind, server_id AS "serverId", at, item, value FROM series
         WHERE (kind, server_id, at, item) IN (${keys})`,
        columnsOf(wanted),
      );
      return rows.map(rowOf);
    });
  }

  range({ kind, serverId, from, until }: SeriesQuery): Promise<readonly SeriesRow[]> {
    return this.#database.query(async (queries) => {
      const rows = await queries.rows<Text>(
        `SELECT at, item, value FROM series WHERE kind = $1 AND server_id = $2
           AND ($3::bigint IS NULL OR at >= $3) AND ($4::bigint IS NULL OR at < $4) ORDER BY at`,
        [kind, serverId, from ?? null, until ?? null],
      );
      return rows.map((row) => rowOf({ ...row, kind, serverId }));
    });
  }

  async remove(gone: readonly SeriesKey[]): Promise<void> {
    if (gone.length > 0)
      await this.#change((queries) =>
        removeRows(queries, `(kind, server_id, at, item) IN (${keys})`, columnsOf(gone)),
      );
  }

  async forget(serverId: string): Promise<void> {
    await this.#change((queries) => removeRows(queries, "server_id = $1", [serverId]));
  }

  trim(kind: SeriesKind, before: number): Promise<void> {
    return this.#clear(kind, "at < $2", before);
  }

  cut(kind: SeriesKind, from: number): Promise<void> {
    return this.#clear(kind, "at >= $2", from);
  }

  /** Removes a time, the oldest rows first. */
  async #clear(kind: SeriesKind, condition: string, at: number): Promise<void> {
    for (;;) {
      const count = await this.#change((queries) =>
        removeRows(
          queries,
          `ctid IN (SELECT ctid FROM series WHERE kind = $1 AND ${condition} ORDER BY at LIMIT ${removeStep})`,
          [kind, at],
        ),
      );
      if (count < removeStep) return;
    }
  }

  /** All sizes are locked, in one order, before rows are: no two hubs wait for each other. */
  async #change(run: (queries: Queries) => Promise<number>): Promise<number> {
    const { count, bytes } = await this.#database.task(async (queries) => {
      await lockSizes(queries, seriesKinds);
      return { count: await run(queries), bytes: await sizesNow(queries) };
    });
    this.#bytes = bytes;
    return count;
  }
}

async function lockSizes(queries: Queries, kinds: readonly SeriesKind[]): Promise<void> {
  await queries.rows("SELECT 1 FROM series_sizes WHERE kind = ANY($1) ORDER BY kind FOR UPDATE", [
    kinds,
  ]);
}

async function sizesNow(queries: Queries): Promise<Bytes> {
  const rows = await queries.rows<Size>("SELECT kind, bytes FROM series_sizes");
  const of = (kind: SeriesKind) => rows.find((row) => row.kind === kind)?.bytes ?? 0;
  return {
    minute: of("minute"),
    hour: of("hour"),
    "item-hour": of("item-hour"),
    status: of("status"),
  };
}

function removeRows(
  queries: Queries,
  condition: string,
  values: readonly unknown[],
): Promise<number> {
  const sql = `DELETE FROM series WHERE ${condition} RETURNING kind, ${taken} AS bytes`;
  return change(queries, sql, values, -1);
}

/** Runs a statement that returns what came or went, and keeps the sums. Returns how many rows that were. */
async function change(
  queries: Queries,
  sql: string,
  values: readonly unknown[],
  sign: 1 | -1,
): Promise<number> {
  const [row] = await queries.rows<{ readonly count: number }>(
    `WITH changed AS (${sql}),
       sums AS (SELECT kind, sum(bytes) AS bytes FROM changed GROUP BY kind),
       kept AS (
         UPDATE series_sizes SET bytes = series_sizes.bytes + (${sign}) * sums.bytes
         FROM sums WHERE series_sizes.kind = sums.kind
       )
     SELECT count(*) AS count FROM changed`,
    values,
  );
  return row?.count ?? 0;
}

/** Removes the oldest rows of a kind until they take at most `most`. Whether any had to go. */
async function bound(queries: Queries, kind: SeriesKind, most: number): Promise<boolean> {
  let hasRemoved = false;
  for (;;) {
    const excess = (await sizesNow(queries))[kind] - most;
    if (excess <= 0) return hasRemoved;
    hasRemoved = true;
    await removeRows(
      queries,
      `ctid IN (
         SELECT ctid FROM (
           SELECT ctid, sum(${taken}) OVER (ORDER BY at, server_id, item) - (${taken}) AS before FROM (
             SELECT * , ctid FROM series WHERE kind = $1 ORDER BY at, server_id, item LIMIT ${removeStep}
           ) AS oldest
         ) AS summed WHERE before < $2
       )`,
      [kind, excess],
    );
  }
}

const columnsOf = (all: readonly SeriesKey[]) => [
  all.map(({ kind }) => kind),
  all.map(({ serverId }) => serverId),
  all.map(({ at }) => at),
  all.map(({ item }) => item),
];

// What the store wrote is what it reads, so the shape of the value holds.
const rowOf = ({ value, ...key }: Text & Pick<SeriesKey, "kind" | "serverId">): SeriesRow => ({
  ...key,
  value: JSON.parse(value) as JsonObject,
});
