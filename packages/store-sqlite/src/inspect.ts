import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { HubError } from "@hub/core";
import { Connection, sqliteCode, sqliteCodeOf } from "./connection.js";
import { sizeOf } from "./data-file.js";
import { hasOwner, readAcknowledged, readOwner } from "./lock-owner.js";
import { applicationId, credentialsSince, migrate, schemaVersion } from "./migrations.js";
import {
  cannotUse,
  damaged,
  describe,
  incomplete,
  newerSchema,
  notADatabase,
  ofAnotherProgram,
} from "./refusals.js";
import { journalHoldsPages } from "./rollback-journal.js";
import { isIntact, rowsOf, type StoredRow, textIn } from "./rows.js";
import { leftLogging, wasClean } from "./shutdown-mark.js";
import { judgeWal } from "./wal.js";
import { writesIn } from "./writes.js";

export type Inspection =
  /** There is nothing yet. */
  | { readonly kind: "new" }
  /** `isTorn`: it ends in a write that was never completed and never acknowledged. */
  | { readonly kind: "usable"; readonly isTorn: boolean }
  | { readonly kind: "locked" }
  /** What was acknowledged may be missing: `use` says how to go on when somebody accepts that. */
  | {
      readonly kind: "incomplete";
      readonly refusal: HubError;
      readonly use: "as-it-is" | "anew" | "without-log";
    }
  /** `isCertain` is false when a process that writes at this moment could look the same. */
  | { readonly kind: "refused"; readonly refusal: HubError; readonly isCertain: boolean };

/**
 * Looks at a database without changing a byte of it. Opening it would: SQLite moves the `-wal` into the
 * file, and cuts a damaged one. So it is opened read-only under another name (hard links, or a copy
 * where there are none), where SQLite's lock still counts and its `-shm` goes away with the links.
 */
export function inspect(file: string): Inspection {
  if (sizeOf(file) === 0) return inspectEmpty(file);
  if (sizeOf(`${file}-journal`) === 0) {
    sweepLooks(file);
    const seen = lookThrough(file, dirname(file), fs.linkSync, "ro");
    if (seen.kind === "refused") return { ...seen, isCertain: true };
    if (seen.kind !== "impossible") return seen;
  }
  const seen = lookThrough(file, tmpdir(), fs.copyFileSync, "rw");
  if (seen.kind === "refused") return { ...seen, isCertain: false };
  if (seen.kind !== "impossible") return seen;
  return { kind: "refused", refusal: cannotUse(file, seen.error), isCertain: false };
}

type Seen =
  | Exclude<Inspection, { kind: "refused" }>
  | { readonly kind: "refused"; readonly refusal: HubError };

function lookThrough(
  file: string,
  parent: string,
  reproduce: (from: string, to: string) => void,
  mode: "ro" | "rw",
): Seen | { readonly kind: "impossible"; readonly error: unknown } {
  let folder: string | undefined;
  try {
    folder = fs.mkdtempSync(join(parent, lookPrefix(file)));
    const twin = join(folder, "hub.db");
    for (const suffix of ["", "-wal", "-journal"]) {
      if (suffix === "" || sizeOf(file + suffix) > 0) reproduce(file + suffix, twin + suffix);
    }
    return look(file, twin, mode);
  } catch (error) {
    const code = sqliteCodeOf(error);
    if (code === sqliteCode.busy) return { kind: "locked" };
    if (code === sqliteCode.notADatabase) return { kind: "refused", refusal: notADatabase(file) };
    // A full disk leaves no room for what SQLite needs to look; a copy elsewhere may still do.
    const isAboutPlace =
      code === undefined ||
      code === sqliteCode.full ||
      code === sqliteCode.cannotOpen ||
      code === sqliteCode.ioError;
    if (isAboutPlace) return { kind: "impossible", error };
    return { kind: "refused", refusal: damaged(file, describe(error), error) };
  } finally {
    if (folder !== undefined) fs.rmSync(folder, { recursive: true, force: true });
  }
}

function look(file: string, twin: string, mode: "ro" | "rw"): Seen {
  const connection = new Connection(":memory:");
  try {
    const uri = `${pathToFileURL(twin).href}?mode=${mode}`.replaceAll("'", "''");
    connection.exec(`ATTACH '${uri}' AS seen`);
    const version = Number(connection.value("PRAGMA seen.user_version"));
    const isOurs = connection.value("PRAGMA seen.application_id") === applicationId;
    const refused = (refusal: HubError): Seen => ({ kind: "refused", refusal });
    if (!isOurs) {
      // A first start that was cut short leaves a database without anything in it.
      const hasTables = connection.value("SELECT 1 FROM seen.sqlite_schema") !== undefined;
      if (hasTables || version !== 0) return refused(ofAnotherProgram(file));
    }
    // Both are written by one transaction, so one without the other is a broken header.
    if (version < 0 || (isOurs && version === 0))
      return refused(damaged(file, `it says it has schema ${version}, which no hub writes`));
    if (version > schemaVersion) return refused(newerSchema(file, version, schemaVersion));
    migrate(connection, version);
    // From here to the end the read lock is held, so that nobody writes in between.
    connection.exec("BEGIN; SELECT 1 FROM seen.sqlite_schema");
    const state = judgeWal(readIfThere(`${twin}-wal`));
    if (state === "damaged")
      return refused(
        damaged(file, `its write-ahead log ${file}-wal is broken before its last completed write`),
      );
    const missing = whatIsMissing(connection, {
      file,
      version,
      header: headerOf(twin),
      hasLog: state !== "blank",
    });
    // With the log of another database, faults are those of the mixture.
    const fault = missing?.use === "without-log" ? undefined : faultIn(connection, version);
    if (fault !== undefined) return refused(damaged(file, fault));
    if (missing === undefined) return { kind: "usable", isTorn: state === "torn" };
    const refusal = incomplete(file, missing.found, readOwner(file));
    return { kind: "incomplete", refusal, use: missing.use };
  } finally {
    release(connection);
  }
}

/** What of the attached database was acknowledged and is not there; undefined when all of it is. */
function whatIsMissing(
  connection: Connection,
  { file, version, header, hasLog }: LookedAt,
): { readonly found: string; readonly use: "as-it-is" | "without-log" } | undefined {
  if (version === 0) {
    // Cut short in its first start, which acknowledges nothing before it has an owner.
    return hasLog || !hasOwner(file) ? undefined : { found: noLog(file), use: "as-it-is" };
  }
  // One that was stopped in order is whole by itself, also where a backup has taken the place of another.
  if (wasClean(connection, version, header)) return undefined;
  if (!hasLog) return { found: noLog(file), use: "as-it-is" };
  const stored = writesIn(connection, "seen", version);
  const acknowledged = readAcknowledged(file);
  const isOfAnother =
    stored !== undefined && acknowledged !== undefined && stored.store !== acknowledged.store;
  if (isOfAnother || leftLogging(header)) {
    const found = `does not belong to the write-ahead log beside it (${file}-wal)`;
    return { found, use: "without-log" };
  }
  if (stored === undefined || acknowledged === undefined || stored.count >= acknowledged.count)
    return undefined;
  return {
    found: `holds ${stored.count} writes of ${acknowledged.count} that were acknowledged (the end of ${file}-wal is missing)`,
    use: "as-it-is",
  };
}

type LookedAt = {
  readonly file: string;
  readonly version: number;
  readonly header: Buffer;
  readonly hasLog: boolean;
};

const noLog = (file: string) =>
  `has no write-ahead log (${file}-wal is missing, empty or without any content)`;

/** A file without content is new, unless what lies beside it says that it had some. */
function inspectEmpty(file: string): Inspection {
  const found = fs.existsSync(file) ? "is empty" : "is missing";
  const owner = readOwner(file);
  const incompleteBy = (trace: string): Inspection => ({
    kind: "incomplete",
    refusal: incomplete(file, `${found}, but ${trace}`, owner),
    use: "anew",
  });
  // SQLite would delete the -wal of a file without content.
  if (sizeOf(`${file}-wal`) > 0) return incompleteBy(`${file}-wal is not`);
  if (journalHoldsPages(`${file}-journal`)) return incompleteBy(`${file}-journal is not`);
  if (hasOwner(file)) return incompleteBy("a hub has used it");
  return { kind: "new" };
}

/** What the hub does not start without, and the schema that brought it. */
const decided = [
  { since: 1, kind: "server", query: rowsOf.entries("seen") },
  { since: 1, kind: "server", query: rowsOf.snapshots("seen") },
  { since: 2, kind: "toolset", query: rowsOf.toolsets("seen") },
  { since: 8, kind: "token", query: rowsOf.tokens("seen") },
  { since: credentialsSince, kind: "credential", query: rowsOf.credentials("seen") },
] as const;

/** What is wrong inside the attached database; undefined when all is well. */
function faultIn(connection: Connection, version: number): string | undefined {
  // First the names, so that those in SQLite's own words are known to be good.
  const schema = (name: string) => `SELECT type, name, tbl_name, sql FROM ${name}.sqlite_schema`;
  const differs = connection.value(
    `SELECT name FROM (${schema("main")} EXCEPT ${schema("seen")}) WHERE sql IS NOT NULL`,
  );
  if (differs !== undefined) return `its schema has no proper "${differs}"`;
  const check = String(connection.value("PRAGMA seen.quick_check(1)"));
  if (check !== "ok") return check.replaceAll(/\s+/g, " ");
  for (const { since, kind, query } of decided) {
    if (version < since) continue;
    const broken = connection
      .prepare<StoredRow>(query)
      .all([])
      .find((row) => !isIntact(row));
    if (broken !== undefined)
      return `what it holds of the ${kind} "${textIn(broken.key).split("\n")[0]}" does not match its checksum`;
  }
  return undefined;
}

/** Detaching gives the lock back at once; closing alone would wait for the garbage collector. */
function release(connection: Connection): void {
  for (const sql of ["ROLLBACK", "DETACH seen"]) {
    try {
      connection.exec(sql);
    } catch {
      // Not in a transaction, or never attached.
    }
  }
  connection.close();
}

/** What a file holds; nothing when there is none. */
function readIfThere(file: string): Buffer {
  return fs.existsSync(file) ? fs.readFileSync(file) : Buffer.alloc(0);
}

function headerOf(file: string): Buffer {
  const header = Buffer.alloc(100);
  const handle = fs.openSync(file, "r");
  fs.readSync(handle, header, 0, header.length, 0);
  fs.closeSync(handle);
  return header;
}

const lookPrefix = (file: string) => `.${basename(file)}-look-`;
const staleAfterMs = 60_000;

/** Takes away what a process that was killed while it looked left behind. */
function sweepLooks(file: string): void {
  for (const name of fs.readdirSync(dirname(file))) {
    if (!name.startsWith(lookPrefix(file))) continue;
    const folder = join(dirname(file), name);
    const age = Date.now() - (fs.statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (age > staleAfterMs) fs.rmSync(folder, { recursive: true, force: true });
  }
}
