import { setImmediate as nextTurn } from "node:timers/promises";
import { HubError } from "@hub/core";
import {
  type ArchiveKind,
  type ArchiveRow,
  type AuditRecord,
  archiveKinds,
  type CredentialRow,
  type StoreArchive,
} from "@hub/core/storage";
import type { ArchiveWriter } from "./archive-table.js";
import { archiveTables } from "./archive-tables.js";
import { type Connection, sqliteCodeOf } from "./connection.js";
import { type LockedFile, openLocked, type SqliteStoreOptions } from "./open-sqlite-store.js";
import { cannotUse } from "./refusals.js";
import { leaveLog, markClean } from "./shutdown-mark.js";
import { CountedWrites } from "./writes.js";

/** Snapshots take megabytes, so few rows are in memory at a time. */
const step = 50;

/**
 * All of a hub's file from outside of a hub, locked like a hub does. Throws as `openSqliteStore` does, so also
 * while a hub has the file.
 */
export async function openSqliteArchive(options: SqliteStoreOptions): Promise<StoreArchive> {
  return new SqliteArchive(await openLocked(options));
}

class SqliteArchive implements StoreArchive {
  readonly place: string;
  readonly #locked: LockedFile;
  readonly #connection: Connection;
  readonly #writes: CountedWrites;
  #isClosed = false;

  constructor(locked: LockedFile) {
    this.place = locked.file;
    this.#locked = locked;
    this.#connection = locked.connection;
    this.#writes = new CountedWrites(locked.connection, locked.file);
  }

  async *rows(): AsyncGenerator<ArchiveRow> {
    for (const kind of archiveKinds) {
      if (kind === "journal") yield { kind, value: { lastSeq: this.#lastSeq() } };
      else yield* this.#rowsOf(kind);
    }
  }

  async fill(rows: AsyncIterable<ArchiveRow>): Promise<void> {
    const full = Object.values(archiveTables)
      .flatMap(({ names }) => names)
      .find((name) => this.#connection.value(`SELECT 1 FROM ${name} LIMIT 1`) !== undefined);
    if (full !== undefined || this.#lastSeq() > 0) throw notEmpty(this.place);
    const put = writersOf(this.#connection);
    let count = 0;
    await this.#inTransaction(async () => {
      for await (const row of rows) {
        put.write(row);
        count += 1;
        if (count % step === 0) await nextTurn();
      }
      put.finish();
    });
  }

  /** Which key it is that sealed them, each row says: of a file, one hub at a time has a key. */
  async rekey(_: string, credentials: readonly CredentialRow[], line: AuditRecord): Promise<void> {
    const put = archiveTables.credential.writer(this.#connection);
    await this.#inTransaction(async () => {
      this.#connection.exec("DELETE FROM credentials");
      for (const row of credentials) put.write(row);
      put.finish();
      this.#addLine(line);
    });
  }

  async audit(line: AuditRecord): Promise<void> {
    await this.#inTransaction(async () => this.#addLine(line));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      markClean(this.#connection);
      this.#writes.close();
      leaveLog(this.#connection);
    } finally {
      this.#connection.close();
      this.#locked.onClosed();
    }
  }

  #addLine(line: AuditRecord): void {
    const last = this.#connection.value(
      `SELECT max(seq) FROM (
         SELECT max(seq) AS seq FROM audit UNION ALL SELECT max(seq + count - 1) FROM audit_calls
       )`,
    );
    const put = archiveTables.audit.writer(this.#connection);
    put.write({ ...line, seq: Number(last ?? 0) + 1 });
    put.finish();
  }

  async #inTransaction(write: () => Promise<void>): Promise<void> {
    try {
      this.#connection.exec("BEGIN IMMEDIATE");
      await write();
      this.#connection.exec("COMMIT");
    } catch (error) {
      if (this.#connection.isInTransaction) this.#connection.exec("ROLLBACK");
      throw sqliteCodeOf(error) === undefined ? error : cannotUse(this.place, error);
    }
  }

  *#rowsOf(kind: Exclude<ArchiveKind, "journal">): Generator<ArchiveRow> {
    const read = archiveTables[kind].reader(this.#connection);
    for (let after = 0; ; ) {
      const rows = read(after, step);
      // The table of a kind yields its values.
      for (const { value } of rows) yield { kind, value } as ArchiveRow;
      if (rows.length === 0) return;
      after = rows.at(-1)?.place ?? after;
    }
  }

  #lastSeq(): number {
    const seq = this.#connection.value(
      `SELECT max(seq) FROM (SELECT max(seq) AS seq FROM journal UNION ALL SELECT last_seq FROM trimmed)`,
    );
    return Number(seq ?? 0);
  }
}

/** Writes a row where its kind belongs. */
function writersOf(connection: Connection): ArchiveWriter<ArchiveRow> {
  const noteLastSeq = connection.prepare("INSERT INTO trimmed (only_row, last_seq) VALUES (1, ?)");
  const writers = new Map<string, ArchiveWriter<never>>();
  for (const [kind, table] of Object.entries(archiveTables))
    writers.set(kind, table.writer(connection));
  return {
    write: ({ kind, value }) => {
      if (kind === "journal") noteLastSeq.run([value.lastSeq]);
      // The writer of a kind takes its values.
      else writers.get(kind)?.write(value as never);
    },
    finish: () => {
      for (const writer of writers.values()) writer.finish();
    },
  };
}

function notEmpty(file: string): HubError {
  return new HubError(
    "STORE_UNAVAILABLE",
    `${file} holds something already, and nothing is written over it. Name an empty data directory.`,
  );
}
