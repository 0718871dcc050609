import type { Connection } from "./connection.js";

/**
 * The mark that tells a file that is whole by itself from one whose newest writes are in its `-wal`.
 * From `markInUse` to `markClean` the `-wal` is never empty, so that a marked file without one has
 * lost it. The mark is in the file itself: copying, moving or deleting one of the two shows.
 */

/** Marks the file before anything is acknowledged; the checkpoint moves the mark out of the `-wal`. */
export function markInUse(connection: Connection): void {
  connection.exec("UPDATE shutdown SET is_clean = 0; PRAGMA wal_checkpoint(PASSIVE);");
}

/** The last write of all: leaving the write-ahead log moves it into the file with everything before it. */
export function markClean(connection: Connection): void {
  connection.exec("UPDATE shutdown SET is_clean = 1;");
}

/**
 * Leaves the write-ahead log, which moves it into the file, and gives the lock back. libsql keeps its lock
 * while a statement is alive; leaving the lock mode ends it now.
 */
export function leaveLog(connection: Connection): void {
  connection.exec(
    "PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT 1 FROM sqlite_schema;",
  );
}

/** The schema that brought the mark. */
export const markedSince = 3;

/** Whether the attached database `seen` was whole when its last hub ended. */
export function wasClean(connection: Connection, version: number, header: Buffer): boolean {
  if (version >= markedSince) return connection.value("SELECT is_clean FROM seen.shutdown") === 1;
  // Hubs before the mark left the write-ahead mode when they stopped.
  return header.readUInt8(writeVersionAt) !== 2;
}

/**
 * Whether a header says that the file has left the write-ahead mode. A file that is in use never says so,
 * so that a write-ahead log that marks such a file as in use is that of another.
 */
export function leftLogging(header: Buffer): boolean {
  return header.readUInt8(writeVersionAt) === 1;
}

/** Of the header: 1 for a rollback journal, 2 for a write-ahead log (sqlite.org/fileformat.html). */
const writeVersionAt = 18;
