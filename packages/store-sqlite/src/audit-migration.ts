import type { AuditRecord } from "@hub/core/storage";
import { addCalls, callBlocks } from "./audit-calls.js";
import type { Connection } from "./connection.js";
import { auditOf, isIntact, rowsOf, type StoredRow } from "./rows.js";

const readAtOnce = 500;

/** Calls in the audit had a row each. Now those that follow each other share one. */
export function callsInBlocks(connection: Connection): void {
  connection.exec(`
    -- Calls in the audit: "calls" holds "count" of them, numbered from "seq" on.
    CREATE TABLE audit_calls (
      seq INTEGER PRIMARY KEY NOT NULL,
      count INTEGER NOT NULL,
      first_at REAL NOT NULL,
      last_at REAL NOT NULL,
      calls TEXT NOT NULL,
      checksum INTEGER NOT NULL
    ) STRICT;
  `);
  const add = connection.prepare(addCalls);
  const next = connection.prepare<StoredRow & { readonly seq: number }>(
    `${rowsOf.audit("main").replace("SELECT", "SELECT seq,")}
     WHERE is_call = 1 AND seq > ? ORDER BY seq LIMIT ?`,
  );
  for (let rows = next.all([0, readAtOnce]); rows.length > 0; ) {
    const intact = rows.filter(isIntact);
    let from = 0;
    for (const [index, { seq }] of intact.entries()) {
      if (intact[index + 1]?.seq === seq + 1) continue;
      const calls = intact.slice(from, index + 1).map(recordOf);
      for (const block of callBlocks(intact[from]?.seq ?? seq, calls)) add.run(block);
      from = index + 1;
    }
    rows = next.all([rows.at(-1)?.seq ?? 0, readAtOnce]);
  }
  connection.exec(`
    DELETE FROM audit WHERE is_call = 1;
    DROP INDEX audit_by_kind;
    ALTER TABLE audit DROP COLUMN is_call;
  `);
}

function recordOf(row: StoredRow): AuditRecord {
  const { seq: _, ...record } = auditOf(row);
  return record;
}
