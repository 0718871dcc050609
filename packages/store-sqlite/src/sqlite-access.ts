import type { AuditRecord } from "@hub/core/storage";
import type { StoredRow } from "./rows.js";

/** How the store that owns the connection reads and writes for others: what fails there, fails as it says. */
export type SqliteAccess = {
  readonly run: <Result>(query: () => Result) => Result;
  /** Rows whose checksums hold. */
  readonly read: (query: () => readonly StoredRow[]) => readonly StoredRow[];
  /**
   * In a transaction; durable when it returns. Lines for the audit are part of it when `run` returns something
   * other than 0, the number of rows that it changed.
   */
  readonly write: <Result>(run: () => Result, line?: AuditRecord) => Result;
  /** In a transaction that survives the end of the process when it returns, and a power loss with the next `write`. */
  readonly writeSoon: <Result>(run: () => Result) => Result;
};
