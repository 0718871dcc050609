import type { StoredRow } from "./rows.js";

/** How the store that owns the connection reads and writes for others: what fails there, fails as it says. */
export type SqliteAccess = {
  readonly run: <Result>(query: () => Result) => Result;
  /** Rows whose checksums hold. */
  readonly read: (query: () => readonly StoredRow[]) => readonly StoredRow[];
  /** In a transaction; durable when it returns. */
  readonly write: <Result>(run: () => Result) => Result;
};
