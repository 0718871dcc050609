import type { LedgerRow } from "@hub/core/storage";
import type { Queries } from "./database.js";
import type { State } from "./hub-state.js";

type SizeRow = { readonly seq: number; readonly bytes: number };

/** Drops the oldest events over the budget, but never the newest; returns what is left of `bytes`, and the last that went. */
export async function boundJournal(
  queries: Queries,
  bytes: number,
  most: number,
  newest: number,
): Promise<{ readonly bytes: number; readonly gone: number }> {
  let left = bytes;
  let gone = 0;
  while (left > most) {
    const rows = await queries.rows<SizeRow>(
      "SELECT seq, octet_length(event) AS bytes FROM journal WHERE seq < $1 ORDER BY seq LIMIT 500",
      [newest],
    );
    let upTo = 0;
    for (const row of rows) {
      if (left <= most) break;
      left -= row.bytes;
      upTo = row.seq;
    }
    if (upTo === 0) break;
    await queries.run("DELETE FROM journal WHERE seq <= $1", [upTo]);
    gone = upTo;
  }
  return { bytes: left, gone };
}

/** Drops events up to a number; returns what is left of `bytes`. */
export async function dropEvents(queries: Queries, bytes: number, upTo: number): Promise<number> {
  const [row] = await queries.rows<{ readonly bytes: number | null }>(
    `WITH gone AS (DELETE FROM journal WHERE seq <= $1 RETURNING octet_length(event) AS bytes)
     SELECT sum(bytes) AS bytes FROM gone`,
    [upTo],
  );
  const left = bytes - (row?.bytes ?? 0);
  await queries.run("UPDATE hub_state SET journal_bytes = $1", [left]);
  return left;
}

/** The number of the first row of a table that happened at an instant or later, or undefined. */
export async function firstSince(
  queries: Queries,
  table: "journal" | "changes",
  since: number,
): Promise<number | undefined> {
  const text = table === "journal" ? "event" : "change";
  // Without what is escaped: to Postgres, text with half a character or a NUL is no JSON.
  const plain = `regexp_replace(${text}, '\\\\(u[0-9a-fA-F]{4}|.)', '', 'g')`;
  const [row] = await queries.rows<{ readonly seq: number }>(
    `SELECT seq FROM ${table} WHERE (${plain}::json->>'at')::float8 >= $1 ORDER BY seq LIMIT 1`,
    [since],
  );
  return row?.seq;
}

/** Drops steps of histories before a number; returns how many. */
export async function dropChanges(queries: Queries, before: number): Promise<number> {
  const gone = await queries.rows("DELETE FROM changes WHERE seq < $1 RETURNING seq", [before]);
  return gone.length;
}

/** What the steps of all histories take, in order of their numbers. */
export function ledgerRows(queries: Queries): Promise<readonly LedgerRow[]> {
  return queries.rows<LedgerRow>(
    `SELECT seq, server_id AS "serverId", bytes FROM changes ORDER BY seq`,
  );
}

/** The number of the first event that is kept and of the last that was told. */
export async function endsOf(queries: Queries, { lastSeq }: State) {
  const [row] = await queries.rows<{ readonly seq: number | null }>(
    "SELECT min(seq) AS seq FROM journal",
  );
  return { oldest: row?.seq ?? lastSeq + 1, last: lastSeq };
}
