import { Connection, sqliteCode, sqliteCodeOf } from "./connection.js";
import { migrate, schemaVersion } from "./migrations.js";
import { cannotUse, newerSchema, noWriteAheadLog } from "./refusals.js";
import { markInUse } from "./shutdown-mark.js";

/** Opens a database that was inspected, locks it and brings it up to date. Undefined when another process has it. */
export function openConnection(file: string): Connection | undefined {
  const connection = new Connection(file);
  try {
    // The lock mode comes first: then there is no -shm file, and the next line locks.
    connection.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA fullfsync = ON;
      PRAGMA checkpoint_fullfsync = ON;
      PRAGMA foreign_keys = ON;
      PRAGMA trusted_schema = OFF;
      PRAGMA temp_store = MEMORY;
      PRAGMA journal_size_limit = 16777216;
      BEGIN IMMEDIATE; COMMIT;
    `);
    const mode = String(connection.value("PRAGMA journal_mode"));
    if (mode !== "wal") throw noWriteAheadLog(file, mode);
    const version = Number(connection.value("PRAGMA user_version"));
    if (version > schemaVersion) throw newerSchema(file, version, schemaVersion);
    migrate(connection);
    markInUse(connection);
    return connection;
  } catch (error) {
    connection.close();
    const code = sqliteCodeOf(error);
    if (code === sqliteCode.busy) return undefined;
    throw code === undefined ? error : cannotUse(file, error);
  }
}
