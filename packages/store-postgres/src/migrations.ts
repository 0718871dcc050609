import type { Queries } from "./database.js";
import { newerSchema } from "./refusals.js";

/**
 * The schema, step by step. Steps are only ever added. JSON is kept as text: `json` types of Postgres refuse texts
 * that JSON allows, such as U+0000. Whether a page of the disk is as it was written is the database's to notice
 * (`initdb --data-checksums`).
 */
const steps: readonly string[] = [
  `
  -- Where all hubs on this database stand. Whoever writes holds this row, so writes have one order.
  CREATE TABLE hub_state (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    writes bigint NOT NULL DEFAULT 0,
    last_seq bigint NOT NULL DEFAULT 0,
    journal_bytes bigint NOT NULL DEFAULT 0,
    -- The last write that changed a history.
    history_write bigint NOT NULL DEFAULT 0,
    audit_bytes bigint NOT NULL DEFAULT 0,
    audit_call_bytes bigint NOT NULL DEFAULT 0
  );
  INSERT INTO hub_state DEFAULT VALUES;

  -- write: the number of the write that made the row what it is.
  CREATE TABLE entries (
    id text PRIMARY KEY,
    version bigint NOT NULL,
    write bigint NOT NULL,
    record text NOT NULL
  );
  CREATE INDEX entries_by_write ON entries (write);

  -- Entries that went, for hubs that have not heard of it.
  CREATE TABLE removed_entries (
    id text PRIMARY KEY,
    write bigint NOT NULL
  );
  CREATE INDEX removed_entries_by_write ON removed_entries (write);

  CREATE TABLE snapshots (
    server_id text PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE,
    write bigint NOT NULL,
    snapshot text NOT NULL
  );
  CREATE INDEX snapshots_by_write ON snapshots (write);

  CREATE TABLE journal (
    seq bigint PRIMARY KEY,
    server_id text NOT NULL,
    kind text NOT NULL,
    event text NOT NULL
  );
  CREATE INDEX journal_by_server ON journal (server_id, seq);

  CREATE TABLE changes (
    seq bigint PRIMARY KEY,
    server_id text NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    bytes bigint NOT NULL,
    change text NOT NULL
  );
  CREATE INDEX changes_by_server ON changes (server_id, seq);

  CREATE TABLE toolsets (
    id text PRIMARY KEY,
    revision bigint NOT NULL,
    toolset text NOT NULL
  );

  -- Sessions of clients. Their ids are not in here, and what is sealed opens by its id alone.
  CREATE TABLE sessions (
    key text PRIMARY KEY,
    place bigint GENERATED ALWAYS AS IDENTITY,
    peer text NOT NULL,
    is_used boolean NOT NULL,
    sealed text NOT NULL
  );
  CREATE INDEX sessions_by_place ON sessions (place);

  -- Who is signed in to the page. What is sealed opens by the value of its cookie alone.
  CREATE TABLE sign_ins (
    key text PRIMARY KEY,
    place bigint GENERATED ALWAYS AS IDENTITY,
    owner text NOT NULL,
    expires_at double precision NOT NULL,
    sealed text NOT NULL
  );

  -- Tokens, without what their holders send.
  CREATE TABLE tokens (
    id text PRIMARY KEY,
    token text NOT NULL
  );

  -- What the hub proves itself with to servers. What is secret of it is sealed with a key that is not in here.
  CREATE TABLE credentials (
    server_id text NOT NULL,
    name text NOT NULL,
    credential text NOT NULL,
    PRIMARY KEY (server_id, name)
  );

  -- What happened over time.
  CREATE TABLE series (
    kind text NOT NULL,
    server_id text NOT NULL,
    at bigint NOT NULL,
    item text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (kind, server_id, at, item)
  );
  CREATE INDEX series_by_age ON series (kind, at);
  -- What the rows of each kind take.
  CREATE TABLE series_sizes (
    kind text PRIMARY KEY,
    bytes bigint NOT NULL DEFAULT 0
  );
  INSERT INTO series_sizes (kind) VALUES ('minute'), ('hour'), ('item-hour'), ('status');

  -- Who did what. Lines come and, when there are too many, go; nothing changes one.
  CREATE TABLE audit (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at double precision NOT NULL,
    action text NOT NULL,
    outcome text NOT NULL,
    who_id text NOT NULL,
    who_name text,
    server_id text,
    is_call boolean NOT NULL,
    record text NOT NULL
  );
  CREATE INDEX audit_by_kind ON audit (is_call, seq);
  CREATE INDEX audit_by_time ON audit (at);
  CREATE FUNCTION audit_never_changes() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'The audit never changes.'; END $$;
  CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_never_changes();
  `,
  `
  -- The hubs on this database. What is when, the clock of the database says.
  CREATE TABLE hubs (
    id text PRIMARY KEY,
    address text,
    version text NOT NULL,
    started_at double precision NOT NULL,
    seen_at timestamptz NOT NULL,
    joined_at timestamptz NOT NULL,
    -- The number of its newest report.
    reports bigint NOT NULL
  );

  -- What hubs observed, for each other. It is worth nothing after a minute, and after a crash.
  CREATE UNLOGGED TABLE hub_reports (
    hub_id text NOT NULL,
    number bigint NOT NULL,
    at timestamptz NOT NULL,
    report text NOT NULL,
    PRIMARY KEY (hub_id, number)
  );
  CREATE INDEX hub_reports_by_age ON hub_reports (at);

  -- Hubs that were away for longer compare all entries instead.
  ALTER TABLE removed_entries ADD COLUMN removed_at timestamptz NOT NULL DEFAULT clock_timestamp();
  CREATE INDEX removed_entries_by_age ON removed_entries (removed_at);
  -- Entries that went with a write up to this one may be missing there.
  ALTER TABLE hub_state ADD COLUMN removed_until bigint NOT NULL DEFAULT 0;

  -- Which process wrote a session last, and when one last said that it is in use.
  ALTER TABLE sessions ADD COLUMN writer text NOT NULL DEFAULT '';
  ALTER TABLE sessions ADD COLUMN used_at timestamptz NOT NULL DEFAULT clock_timestamp();
  `,
  `
  -- What hubs talk with each other by is made of this, and of the key that is not in here.
  ALTER TABLE hub_state ADD COLUMN salt text NOT NULL DEFAULT gen_random_uuid()::text;
  `,
  `
  -- Says which key all hubs on this database have, and nothing of that key. The first hub writes it.
  ALTER TABLE hub_state ADD COLUMN key_id text;
  `,
  `
  -- Which key this hub has. Empty for none; NULL where it does not say.
  ALTER TABLE hubs ADD COLUMN key_id text;
  `,
];

/** The version of the schema that this hub writes. */
export const schemaVersion = steps.length;

/** Chosen once: hubs that start together take turns with it. */
export const migrationLock = 0x4d_43_50_48;

/**
 * Brings the tables from the version they have to the newest, inside the caller's transaction. Throws STORE_UNAVAILABLE
 * for a newer version than this hub knows. Returns the version they had; 0 without tables.
 */
export async function migrate(queries: Queries): Promise<number> {
  // Sooner than the hub gives up, so that it can say what it waited for.
  await queries.run("SET LOCAL lock_timeout = '2s'");
  await queries.rows("SELECT pg_advisory_xact_lock($1)", [migrationLock]);
  await queries.run("CREATE TABLE IF NOT EXISTS hub_schema (version bigint PRIMARY KEY)");
  const from = await versionNow(queries);
  if (from > schemaVersion) throw newerSchema(from, schemaVersion);
  for (const [index, step] of steps.entries()) {
    const version = index + 1;
    if (version <= from) continue;
    await queries.run(step);
    await queries.run("INSERT INTO hub_schema VALUES ($1)", [version]);
  }
  return from;
}

/** The version that the tables have; 0 without tables. */
export async function readVersion(queries: Queries): Promise<number> {
  const [row] = await queries.rows<{ readonly isThere: boolean }>(
    `SELECT to_regclass('hub_schema') IS NOT NULL AS "isThere"`,
  );
  return row?.isThere === true ? versionNow(queries) : 0;
}

async function versionNow(queries: Queries): Promise<number> {
  const [row] = await queries.rows<{ readonly version: number | null }>(
    "SELECT max(version) AS version FROM hub_schema",
  );
  return row?.version ?? 0;
}
