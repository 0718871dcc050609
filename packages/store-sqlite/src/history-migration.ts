import { BudgetBook } from "@hub/core";
import {
  type CapabilityChange,
  HistoryLedger,
  type ItemChange,
  jsonBytes,
  keepChanges,
} from "@hub/core/storage";
import { checksumOf } from "./checksum.js";
import type { Connection } from "./connection.js";
import { changeKey, isIntact, rowsOf, type StoredRow, textIn } from "./rows.js";

/** A step of a history as it was before this: with whole definitions. */
type OldChange = Omit<CapabilityChange, "items" | "omitted"> & {
  readonly changes: readonly ItemChange[];
};

/**
 * Histories had no end and held each definition whole. What there is becomes the newest steps that the
 * budgets' defaults keep, in the new form; each step of them takes an eighth of a history at most.
 */
export function boundHistories(connection: Connection): void {
  connection.exec(`
    CREATE TABLE bounded (
      seq INTEGER PRIMARY KEY NOT NULL,
      server_id TEXT NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
      bytes INTEGER NOT NULL,
      change TEXT NOT NULL,
      checksum INTEGER NOT NULL
    ) STRICT;
  `);
  const budgets = new BudgetBook();
  const ledger = new HistoryLedger(budgets);
  const servers = connection.prepare<{ readonly id: ArrayBuffer }>(
    "SELECT DISTINCT CAST(server_id AS BLOB) AS id FROM changes",
  );
  const next = connection.prepare<StoredRow & { readonly seq: number }>(
    `${rowsOf.changes("main").replace("SELECT", "SELECT seq,")}
     WHERE server_id = ? AND seq < ? ORDER BY seq DESC LIMIT 1`,
  );
  const add = connection.prepare("INSERT INTO bounded VALUES (?, ?, ?, ?, ?)");
  const remove = connection.prepare("DELETE FROM bounded WHERE seq = ?");
  for (const { id } of servers.all([])) {
    const serverId = textIn(id);
    const kept: CapabilityChange[] = [];
    let left = budgets.limit("historyBytes");
    let before = Number.MAX_SAFE_INTEGER;
    while (kept.length < budgets.limit("historyItems")) {
      // One at a time: a step may hold many megabytes.
      const [row] = next.all([serverId, before]);
      if (row === undefined) break;
      before = row.seq;
      if (!isIntact(row)) continue;
      const step = inNewForm(row, budgets.limit("historyBytes") / 8);
      left -= jsonBytes(step);
      if (left < 0) break;
      kept.push(step);
    }
    const added = kept.reverse().map((step) => {
      const text = JSON.stringify(step);
      const { seq } = step;
      const bytes = jsonBytes(step);
      add.run([seq, serverId, bytes, text, checksumOf(changeKey(seq, serverId), text)]);
      return { serverId, seq, bytes };
    });
    const plan = ledger.plan([], added);
    for (const seq of plan.dropped) remove.run([seq]);
    plan.apply();
  }
  connection.exec(`
    DROP TABLE changes;
    ALTER TABLE bounded RENAME TO changes;
    CREATE INDEX changes_by_server ON changes (server_id);
  `);
}

function inNewForm(row: StoredRow, mostBytes: number): CapabilityChange {
  // What the checksum confirms is what an older hub wrote.
  const { changes, ...step } = JSON.parse(textIn(row.text)) as OldChange;
  return { ...step, ...keepChanges(changes, mostBytes) };
}
