import type { JournalQuery } from "@hub/core/storage";
import type { Connection, Statement } from "./connection.js";
import { rowsOf, type StoredRow } from "./rows.js";

type JournalRow = StoredRow & { readonly seq: number };
type SizeRow = { readonly seq: number; readonly bytes: number };
type SeqRow = { readonly seq: number | null };

export type Statements = ReturnType<typeof prepareStatements>;

/** Every statement of the store, prepared once. */
export function prepareStatements(connection: Connection) {
  return {
    entries: connection.prepare<StoredRow>(rowsOf.entries("main")),
    snapshots: connection.prepare<StoredRow>(rowsOf.snapshots("main")),
    entry: connection.prepare<StoredRow>(`${rowsOf.entries("main")} WHERE id = ?`),
    version: connection.prepare<{ readonly version: number }>(
      "SELECT version FROM entries WHERE id = ?",
    ),
    addEntry: connection.prepare(
      `INSERT INTO entries (id, version, record, checksum) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (id) DO NOTHING`,
    ),
    changeEntry: connection.prepare(
      "UPDATE entries SET version = ?2, record = ?3, checksum = ?4 WHERE id = ?1 AND version = ?5",
    ),
    removeEntry: connection.prepare("DELETE FROM entries WHERE id = ? AND version = ?"),
    putSnapshot: connection.prepare(
      `INSERT INTO snapshots (server_id, snapshot, checksum)
       SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM entries WHERE id = ?1)
       ON CONFLICT (server_id) DO UPDATE
       SET snapshot = excluded.snapshot, checksum = excluded.checksum`,
    ),
    addEvent: connection.prepare(
      "INSERT INTO journal (seq, server_id, kind, event, checksum) VALUES (?, ?, ?, ?, ?)",
    ),
    addChange: connection.prepare(
      `INSERT INTO changes (seq, server_id, bytes, change, checksum)
       SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM entries WHERE id = ?2)`,
    ),
    removeChange: connection.prepare("DELETE FROM changes WHERE seq = ?"),
    change: connection.prepare<StoredRow>(`${rowsOf.changes("main")} WHERE seq = ?`),
    changeSizes: connection.prepare<SizeRow & { readonly serverId: string }>(
      "SELECT seq, server_id AS serverId, bytes FROM changes ORDER BY seq",
    ),
    oldestSeq: connection.prepare<SeqRow>("SELECT min(seq) AS seq FROM journal"),
    newestSeq: connection.prepare<SeqRow>(
      `SELECT max(seq) AS seq FROM
       (SELECT max(seq) AS seq FROM journal UNION ALL SELECT last_seq FROM trimmed)`,
    ),
    noteLastSeq: connection.prepare(
      `INSERT INTO trimmed (only_row, last_seq) VALUES (1, ?)
       ON CONFLICT (only_row) DO UPDATE SET last_seq = excluded.last_seq`,
    ),
    trim: connection.prepare("DELETE FROM journal WHERE seq <= ?"),
    journalBytes: connection.prepare<{ readonly bytes: number | null }>(
      "SELECT sum(octet_length(event)) AS bytes FROM journal",
    ),
    firstEventSince: connection.prepare<SeqRow>(firstSince("journal", "event")),
    firstChangeSince: connection.prepare<SeqRow>(firstSince("changes", "change")),
    oldestSizes: connection.prepare<SizeRow>(
      "SELECT seq, octet_length(event) AS bytes FROM journal ORDER BY seq LIMIT ?",
    ),
    trimmedBytes: connection.prepare<{ readonly bytes: number | null }>(
      "SELECT sum(octet_length(event)) AS bytes FROM journal WHERE seq <= ?",
    ),
    journal: journalReader(connection),
  };
}

/** Finds the first row that happened at an instant or later. A row that the disk has changed is passed over. */
const firstSince = (table: string, text: string) =>
  `SELECT seq FROM ${table}
   WHERE CASE WHEN json_valid(${text}) THEN json_extract(${text}, '$.at') >= ? END ORDER BY seq LIMIT 1`;

/** The journal is asked in few shapes; each is prepared when it is first needed. */
function journalReader(connection: Connection): (query: JournalQuery) => JournalRow[] {
  const prepared = new Map<string, Statement<unknown>>();
  // What a statement selects is what its caller says.
  const prepare = <Row>(sql: string) => {
    const statement = prepared.get(sql) ?? connection.prepare(sql);
    prepared.set(sql, statement);
    return statement as Statement<Row>;
  };
  return ({ after, before, order, limit, mostBytes, serverId, kinds }) => {
    const conditions = ["seq > ?", "seq < ?"];
    if (serverId !== undefined) conditions.push("server_id = ?");
    if (kinds !== undefined) conditions.push(`kind IN (${kinds.map(() => "?").join()})`);
    const where = `WHERE ${conditions.join(" AND ")}
      ORDER BY seq ${order === "newest-first" ? "DESC" : "ASC"} LIMIT ?`;
    const parameters = [
      after ?? 0,
      before ?? Number.MAX_SAFE_INTEGER,
      ...(serverId === undefined ? [] : [serverId]),
      ...(kinds ?? []),
    ];
    const sizes = prepare<SizeRow>(
      `SELECT seq, octet_length(event) AS bytes FROM journal ${where}`,
    );
    const fitting =
      mostBytes === undefined ? limit : countWithin(sizes.all([...parameters, limit]), mostBytes);
    return prepare<JournalRow>(`${rowsOf.journal("main")} ${where}`).all([...parameters, fitting]);
  };
}

/** How many of the first rows fit into `mostBytes`; at least one. */
function countWithin(rows: readonly SizeRow[], mostBytes: number): number {
  let left = mostBytes;
  const tooMany = rows.findIndex(({ bytes }, index) => {
    left -= bytes;
    return left < 0 && index > 0;
  });
  return tooMany === -1 ? rows.length : tooMany;
}
