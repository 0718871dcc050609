import * as fs from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { HubError } from "@hub/core";
import { Connection } from "./connection.js";
import { makeFolder, sizeOf, syncFolder } from "./data-file.js";
import { inspect } from "./inspect.js";
import { copyLive } from "./live-copy.js";
import { forgetOwner } from "./lock-owner.js";
import { credentialsSince, signInsSince } from "./migrations.js";
import { backupExists, cannotBackUp, neverAtRest, nothingToBackUp } from "./refusals.js";
import { leaveLog, markClean, markedSince } from "./shutdown-mark.js";

export type Backup = {
  /** A data directory of its own: a hub that is started on it has all that is counted here. */
  readonly folder: string;
  readonly servers: number;
  readonly toolsets: number;
  /** What servers ask for. Their key is not in the backup. */
  readonly credentials: number;
  readonly bytes: number;
};

export type BackupOptions = {
  readonly dataDir: string;
  /** Made by the backup; must not be there yet. */
  readonly to: string;
  /** In so many milliseconds the hub must leave time for a copy of one moment. Default: a minute. */
  readonly patienceMs?: number;
  /**
   * The key that seals what is secret in the database. It is left out: a copy of both would be as good as the secrets.
   * Default: `secret.key` in the data directory.
   */
  readonly keyFile?: string | undefined;
};

const database = "hub.db";
/** The schema that brought sessions. */
const sessionsSince = 6;

/**
 * Copies a data directory, whether a hub uses it, was stopped or was killed. Everything that was
 * acknowledged before is in the copy, which is looked at as a hub looks at its data when it starts.
 * Throws STORE_UNAVAILABLE, and leaves nothing behind, when that cannot be. Not for the process of
 * the hub itself.
 */
export async function backUp({
  dataDir,
  to,
  patienceMs = 60_000,
  keyFile = join(dataDir, "secret.key"),
}: BackupOptions): Promise<Backup> {
  const target = resolve(to);
  if (sizeOf(join(dataDir, database)) === 0) throw nothingToBackUp(dataDir);
  const file = fs.realpathSync(join(dataDir, database));
  if (fs.existsSync(target)) throw backupExists(target);
  const folder = newFolderBeside(target);
  const copy = join(folder, database);
  try {
    await copyWhole(file, copy, patienceMs);
    const counts = makeOneFile(copy);
    const refusal = refusalOf(copy);
    if (refusal !== undefined) throw refusal;
    copyOthers(dataDir, folder, resolve(keyFile));
    syncFolder(copy);
    fs.renameSync(folder, target);
    syncFolder(target);
    return { folder: target, ...counts, bytes: sizeOf(join(target, database)) };
  } catch (error) {
    fs.rmSync(folder, { recursive: true, force: true });
    throw HubError.is(error) ? error : cannotBackUp(target, error);
  }
}

function newFolderBeside(target: string): string {
  try {
    makeFolder(dirname(target));
    return fs.mkdtempSync(join(dirname(target), `.${basename(target)}-`));
  } catch (error) {
    throw cannotBackUp(target, error);
  }
}

/**
 * A `-wal` that is copied while it grows may have a later write without an earlier one, which looks like
 * damage. That happens seldom; what is damaged is so each time.
 */
const mostCopies = 5;

/** Copies the database until the copy has everything that was acknowledged when the copying began. */
async function copyWhole(file: string, copy: string, patienceMs: number): Promise<void> {
  for (let copies = 1; ; copies += 1) {
    if (!(await copyLive(file, copy, patienceMs))) throw neverAtRest(file, patienceMs);
    const refusal = refusalOf(copy);
    if (refusal === undefined) return;
    if (copies === mostCopies)
      throw new HubError("STORE_UNAVAILABLE", refusal.message.replaceAll(copy, file));
  }
}

/** Why a hub would not start on a database, beside which lies what was acknowledged; undefined when it would. */
function refusalOf(file: string): HubError | undefined {
  const found = inspect(file);
  if (found.kind === "usable") return undefined;
  return "refusal" in found ? found.refusal : nothingToBackUp(dirname(file));
}

/** Moves the write-ahead log into the file, as a hub does that is stopped, and counts what is there. */
function makeOneFile(file: string): Pick<Backup, "servers" | "toolsets" | "credentials"> {
  const connection = new Connection(file);
  try {
    // First of all: then there is no -shm file.
    connection.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL;");
    const version = Number(connection.value("PRAGMA user_version"));
    const countOf = (table: string, since: number) =>
      version < since ? 0 : Number(connection.value(`SELECT count(*) FROM ${table}`));
    const counts = {
      servers: countOf("entries", 1),
      toolsets: countOf("toolsets", 2),
      credentials: countOf("credentials", credentialsSince),
    };
    // Some will have ended before it is restored.
    if (version >= sessionsSince) connection.exec("DELETE FROM sessions");
    if (version >= signInsSince) connection.exec("DELETE FROM sign_ins");
    if (version >= markedSince) markClean(connection);
    leaveLog(connection);
    return counts;
  } finally {
    connection.close();
    forgetOwner(file);
  }
}

/** What else a hub keeps in its directory: files, none of them of the database, on the way, or its key. */
function copyOthers(dataDir: string, folder: string, keyFile: string): void {
  for (const entry of fs.readdirSync(dataDir, { withFileTypes: true })) {
    const { name } = entry;
    if (!entry.isFile() || name.startsWith(database) || name.startsWith(".")) continue;
    if (resolve(dataDir, name) === keyFile) continue;
    fs.copyFileSync(join(dataDir, entry.name), join(folder, entry.name));
  }
}
