import { callsInBlocks } from "./audit-migration.js";
import { type Connection, sqliteCodeOf } from "./connection.js";
import { boundHistories } from "./history-migration.js";

/** "MCPH": tells the hub's files from those of other programs. */
export const applicationId = 0x4d_43_50_48;

/**
 * The schema, step by step; `user_version` counts the steps a file has taken. Steps are only ever added.
 * Each JSON text has a checksum beside it, because SQLite does not notice a flipped bit inside a row.
 */
const steps: readonly (string | ((connection: Connection) => void))[] = [
  `
  CREATE TABLE entries (
    id TEXT PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL,
    record TEXT NOT NULL,
    checksum INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE snapshots (
    server_id TEXT PRIMARY KEY NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    snapshot TEXT NOT NULL,
    checksum INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE journal (
    seq INTEGER PRIMARY KEY NOT NULL,
    server_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    event TEXT NOT NULL,
    checksum INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX journal_by_server ON journal (server_id, seq);

  CREATE TABLE changes (
    seq INTEGER PRIMARY KEY NOT NULL,
    server_id TEXT NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    change TEXT NOT NULL,
    checksum INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX changes_by_server ON changes (server_id, seq);

  -- The highest number given out, for when the journal holds none to count on from.
  CREATE TABLE trimmed (
    only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    last_seq INTEGER NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE toolsets (
    id TEXT PRIMARY KEY NOT NULL,
    revision INTEGER NOT NULL,
    toolset TEXT NOT NULL,
    checksum INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- Whether the last hub moved its whole write-ahead log into this file before it ended.
  CREATE TABLE shutdown (
    only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    is_clean INTEGER NOT NULL
  ) STRICT;
  INSERT INTO shutdown VALUES (1, 1);
  `,
  boundHistories,
  `
  -- Which store this is, and how many writes it holds: what is kept beside the file tells what is missing.
  ALTER TABLE shutdown ADD COLUMN store INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE shutdown ADD COLUMN writes INTEGER NOT NULL DEFAULT 0;
  UPDATE shutdown SET store = random() & ${Number.MAX_SAFE_INTEGER};
  `,
  `
  -- Sessions of clients. Their ids are not in here, and what is sealed opens by its id alone.
  CREATE TABLE sessions (
    key TEXT PRIMARY KEY NOT NULL,
    peer TEXT NOT NULL,
    is_used INTEGER NOT NULL,
    sealed TEXT NOT NULL
  ) STRICT;
  `,
  // From here on records may hold what an operator says of a server. A hub that does not know of that would
  // lose it with the next registration, so it must not open such a file.
  "",
  `
  -- Tokens, without what their holders send.
  CREATE TABLE tokens (
    id TEXT PRIMARY KEY NOT NULL,
    token TEXT NOT NULL,
    checksum INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- Who did what. Lines come and, when there are too many, go; nothing changes one.
  CREATE TABLE audit (
    seq INTEGER PRIMARY KEY NOT NULL,
    at REAL NOT NULL,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL,
    who_id TEXT NOT NULL,
    who_name TEXT,
    server_id TEXT,
    is_call INTEGER NOT NULL,
    record TEXT NOT NULL,
    checksum INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX audit_by_kind ON audit (is_call, seq);
  CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'The audit never changes.'); END;
  `,
  `
  -- What the hub proves itself with to servers. What is secret of it is sealed with a key that is not in here.
  CREATE TABLE credentials (
    server_id TEXT NOT NULL,
    name TEXT NOT NULL,
    credential TEXT NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (server_id, name)
  ) STRICT;
  `,
  `
  -- Calls and statuses over time.
  CREATE TABLE series (
    kind TEXT NOT NULL,
    server_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    item TEXT NOT NULL,
    value TEXT NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (kind, server_id, at, item)
  ) STRICT;
  CREATE INDEX series_by_age ON series (kind, at);
  `,
  `
  -- Who is signed in to the page. Cookies are not in here, and what is sealed opens by its cookie alone.
  CREATE TABLE sign_ins (
    key TEXT PRIMARY KEY NOT NULL,
    owner TEXT NOT NULL,
    expires_at REAL NOT NULL,
    sealed TEXT NOT NULL
  ) STRICT;
  `,
  callsInBlocks,
];

/** The schema that brought the credentials. */
export const credentialsSince =
  steps.findIndex((step) => typeof step === "string" && step.includes("TABLE credentials")) + 1;

/** The schema that brought those who are signed in to the page. */
export const signInsSince =
  steps.findIndex((step) => typeof step === "string" && step.includes("TABLE sign_ins")) + 1;

/** The version of the schema that this hub writes. */
export const schemaVersion = steps.length;

/** Brings a database from the version it has up to `target`, one transaction a step. */
export function migrate(connection: Connection, target: number = schemaVersion): void {
  const from = Number(connection.value("PRAGMA user_version"));
  for (const [index, step] of steps.slice(0, target).entries()) {
    const version = index + 1;
    if (version <= from) continue;
    connection.transaction(() => {
      if (typeof step === "string") connection.exec(step);
      else step(connection);
      connection.exec(
        `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version};`,
      );
    });
  }
  if (from < target) giveRoomBack(connection);
}

/** A file is made anew only when that is quick. */
const mostRewritten = 256 * 1024 * 1024;

/** Gives the disk back what a step freed, when it is most of the file. */
function giveRoomBack(connection: Connection): void {
  const pragma = (name: string) => Number(connection.value(`PRAGMA ${name}`));
  const pages = pragma("page_count");
  const free = pragma("freelist_count");
  if (2 * free < pages || (pages - free) * pragma("page_size") > mostRewritten) return;
  try {
    connection.exec("VACUUM");
  } catch (error) {
    // Without room to do it in, the room inside the file is used again as time goes on.
    if (sqliteCodeOf(error) === undefined) throw error;
  }
}
