import { setTimeout as sleep } from "node:timers/promises";
import { HubError } from "@hub/core";
import { seriesKeyBytes } from "@hub/core/past";
import {
  type ArchiveKind,
  type ArchiveRow,
  type ArchiveSource,
  type AuditRecord,
  archiveKinds,
  type CredentialRow,
  type StoreArchive,
} from "@hub/core/storage";
import { bytesOf } from "@hub/core/text";
import type pg from "pg";
import { archiveTables } from "./archive-tables.js";
import { type Queries, queriesOf } from "./database.js";
import { applicationName, connectAlone, inTransaction } from "./lone-connection.js";
import { migrate, migrationLock, readVersion, schemaVersion } from "./migrations.js";
import { applicationName as hubApplicationName } from "./news-listener.js";
import { cannotOpen, inUse, newerSchema, notEmpty, olderSchema } from "./refusals.js";

/** Snapshots take megabytes, so few rows are in memory at a time. */
const step = 50;

/** A hub that is just stopping gets this long until its connections are gone. Milliseconds. */
const patienceMs = 2_000;

/**
 * All of a database from outside of a hub, which no hub opens until this is closed. Brings its tables up to date.
 * Throws STORE_UNAVAILABLE when it cannot be reached or is of a newer hub, and while a hub has it open.
 */
export async function openPostgresArchive(url: string): Promise<StoreArchive> {
  const client = await connectAlone(url);
  try {
    const queries = queriesOf(client);
    // With it hubs start, one after the other.
    await queries.rows("SELECT pg_advisory_lock($1)", [migrationLock]);
    await assertUnused(queries, placeOf(url));
    await inTransaction(client, "BEGIN", () => migrate(queries));
    return new PostgresArchive(client, placeOf(url));
  } catch (error) {
    await client.end().catch(() => {});
    throw cannotOpen(error);
  }
}

/** All of a database that hubs may be writing meanwhile. Throws STORE_UNAVAILABLE when it is not of this version. */
export async function openPostgresSource(url: string): Promise<ArchiveSource> {
  const client = await connectAlone(url);
  try {
    const version = await readVersion(queriesOf(client));
    if (version > schemaVersion) throw newerSchema(version, schemaVersion);
    if (version < schemaVersion) throw olderSchema(version, schemaVersion);
    return new PostgresArchive(client, placeOf(url));
  } catch (error) {
    await client.end().catch(() => {});
    throw cannotOpen(error);
  }
}

/** The address without a password. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `postgres://${host}${pathname}`;
}

async function assertUnused(queries: Queries, place: string): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const open = await queries.rows<{ readonly isHub: boolean; readonly host: string }>(
      `SELECT application_name = $2 AS "isHub", coalesce(host(client_addr), 'its own machine') AS host
       FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE 'mcp-hub%' AND application_name <> $1`,
      [applicationName, hubApplicationName],
    );
    if (open.length === 0) return;
    if (performance.now() > giveUpAt)
      throw inUse(
        place,
        open.flatMap(({ isHub, host }) => (isHub ? [host] : [])),
      );
    await sleep(50);
  }
}

class PostgresArchive implements StoreArchive {
  readonly place: string;
  readonly #client: pg.Client;
  readonly #queries: Queries;

  constructor(client: pg.Client, place: string) {
    this.#client = client;
    this.#queries = queriesOf(client);
    this.place = place;
  }

  async *rows(): AsyncGenerator<ArchiveRow> {
    try {
      await this.#client.query("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      for (const kind of archiveKinds) {
        if (kind === "journal") yield { kind, value: { lastSeq: await this.#lastSeq() } };
        else yield* this.#rowsOf(kind);
      }
    } catch (error) {
      throw cannotOpen(error);
    } finally {
      await this.#client.query("ROLLBACK").catch(() => {});
    }
  }

  async fill(rows: AsyncIterable<ArchiveRow>): Promise<void> {
    try {
      await inTransaction(this.#client, "BEGIN", () => this.#fill(rows));
    } catch (error) {
      throw cannotOpen(error);
    }
  }

  async rekey(
    keyId: string,
    credentials: readonly CredentialRow[],
    line: AuditRecord,
  ): Promise<void> {
    try {
      await inTransaction(this.#client, "BEGIN", async () => {
        await this.#queries.run(`DELETE FROM ${archiveTables.credential.name}`);
        await this.#insert(credentials.map((value) => ({ kind: "credential", value })));
        await this.#queries.run("UPDATE hub_state SET key_id = $1", [keyId]);
        await this.#addLine(line);
      });
    } catch (error) {
      throw cannotOpen(error);
    }
  }

  async audit(line: AuditRecord): Promise<void> {
    try {
      await inTransaction(this.#client, "BEGIN", () => this.#addLine(line));
    } catch (error) {
      throw cannotOpen(error);
    }
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  async *#rowsOf(kind: Exclude<ArchiveKind, "journal">): AsyncGenerator<ArchiveRow> {
    const { select, read } = archiveTables[kind];
    await this.#queries.run(`DECLARE kept NO SCROLL CURSOR FOR ${select}`);
    for (;;) {
      const rows = await this.#queries.rows<unknown>(`FETCH ${step} FROM kept`);
      // The table of a kind yields its values.
      for (const row of rows) yield { kind, value: read(row) } as ArchiveRow;
      if (rows.length < step) break;
    }
    await this.#queries.run("CLOSE kept");
  }

  async #fill(rows: AsyncIterable<ArchiveRow>): Promise<void> {
    const tables = Object.values(archiveTables).map(({ name }) => name);
    const isThere = tables.map((name) => `EXISTS (SELECT 1 FROM ${name})`).join(" OR ");
    const [found] = await this.#queries.rows<{ readonly isFull: boolean }>(
      `SELECT last_seq > 0 OR ${isThere} AS "isFull" FROM hub_state FOR UPDATE`,
    );
    if (found?.isFull !== false) throw notEmpty(this.place);
    let batch: ArchiveRow[] = [];
    for await (const row of rows) {
      if (batch.length === step || (batch.length > 0 && batch[0]?.kind !== row.kind)) {
        await this.#insert(batch);
        batch = [];
      }
      batch.push(row);
    }
    await this.#insert(batch);
    await this.#count();
  }

  /** Puts rows of one kind. */
  async #insert(rows: readonly ArchiveRow[]): Promise<void> {
    const [first] = rows;
    if (first === undefined) return;
    if (first.kind === "journal") {
      await this.#queries.run("UPDATE hub_state SET last_seq = $1", [first.value.lastSeq]);
      return;
    }
    const { name, columns, values } = archiveTables[first.kind];
    // The table of a kind takes its values.
    const texts = rows.map(({ value }) => values(value as never));
    const names = Object.keys(columns).join();
    const arrays = Object.values(columns).map((type, index) => `$${index + 1}::${type}[]`);
    await this.#queries.run(
      `INSERT INTO ${name} (${names}) ${name === "audit" ? "OVERRIDING SYSTEM VALUE" : ""}
       SELECT ${names} FROM unnest(${arrays.join()}) WITH ORDINALITY AS t (${names}, ordinal) ORDER BY ordinal`,
      Object.keys(columns).map((_, index) => texts.map((row) => row[index])),
    );
  }

  async #addLine(line: AuditRecord): Promise<void> {
    const [next] = await this.#queries.rows<{ readonly seq: number }>(
      "SELECT nextval(pg_get_serial_sequence('audit', 'seq')) AS seq",
    );
    if (next === undefined) throw new Error("The sequence of the audit gave no number.");
    await this.#insert([{ kind: "audit", value: { ...line, seq: next.seq } }]);
    await this.#queries.run("UPDATE hub_state SET audit_bytes = audit_bytes + $1", [
      bytesOf(JSON.stringify(line)),
    ]);
  }

  /** What the database keeps of its rows beside them. */
  async #count(): Promise<void> {
    await this.#queries.run(
      // Whose key opens what came, the first hub finds out.
      `UPDATE hub_state SET writes = 1, history_write = 1, key_id = NULL,
         journal_bytes = (SELECT coalesce(sum(octet_length(event)), 0) FROM journal),
         audit_bytes = (SELECT coalesce(sum(octet_length(record)), 0) FROM audit WHERE NOT is_call),
         audit_call_bytes = (SELECT coalesce(sum(octet_length(record)), 0) FROM audit WHERE is_call)`,
    );
    await this.#queries.run(
      `UPDATE series_sizes SET bytes = (
         SELECT coalesce(sum(octet_length(value) + ${seriesKeyBytes}), 0) FROM series
         WHERE series.kind = series_sizes.kind
       )`,
    );
    await this.#queries.rows(
      `SELECT setval(pg_get_serial_sequence('audit', 'seq'), max(seq)) FROM audit HAVING count(*) > 0`,
    );
  }

  async #lastSeq(): Promise<number> {
    const [row] = await this.#queries.rows<{ readonly lastSeq: number }>(
      `SELECT last_seq AS "lastSeq" FROM hub_state`,
    );
    if (row === undefined) throw new HubError("STORE_UNAVAILABLE", `${this.place} holds no hub.`);
    return row.lastSeq;
  }
}
