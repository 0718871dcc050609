import { HubError } from "@hub/core";
import type { Owner } from "./lock-owner.js";

/** The reasons why a hub does not start on a file: what is wrong, and what to do. The file is not changed. */

function refuse(
  message: string,
  cause?: unknown,
  details?: Readonly<Record<string, unknown>>,
): HubError {
  return new HubError("STORE_UNAVAILABLE", message, {
    cause,
    ...(details === undefined ? {} : { details }),
  });
}

const startAnew =
  "or move it away together with its -wal file to start with an empty catalogue: servers that run register again";

/** `details.usedBy` is the process that has it, where that is known: whoever starts no hub has another remedy. */
export function inUse(file: string, owner: Owner | undefined): HubError {
  const holder =
    owner === undefined
      ? "Another process"
      : owner.pid === process.pid
        ? "This process already"
        : `Another hub (process ${owner.pid}, started ${owner.startedAt})`;
  return refuse(
    `${holder} uses ${file}. Stop it, or give this hub a data directory of its own (MCP_HUB_DATA_DIR).`,
    undefined,
    { usedBy: owner?.pid },
  );
}

export function notADatabase(file: string): HubError {
  return refuse(
    `${file} is not a hub's database: it is not an SQLite file. Choose another data directory (MCP_HUB_DATA_DIR), or move that file away.`,
  );
}

export function ofAnotherProgram(file: string): HubError {
  return refuse(
    `${file} is the database of another program. Choose another data directory (MCP_HUB_DATA_DIR), or move that file away.`,
  );
}

export function newerSchema(file: string, version: number, known: number): HubError {
  return refuse(
    `${file} was written by a newer hub (schema ${version}, this hub knows ${known}). Start that newer version, or choose another data directory (MCP_HUB_DATA_DIR).`,
  );
}

export function damaged(file: string, detail: string, cause?: unknown): HubError {
  return refuse(`${file} is damaged: ${detail}. Restore a backup of it, ${startAnew}.`, cause);
}

/**
 * The catalogue would be empty, or older than what was acknowledged, and nobody has decided that it may be.
 * `details.acceptWith` is the option that decides it.
 */
export function incomplete(file: string, found: string, owner: Owner | undefined): HubError {
  const since =
    owner === undefined
      ? "since that hub was started"
      : `since ${owner.startedAt}, when it started`;
  return refuse(
    `${file} ${found}, and the hub that used it last did not shut down properly (kill -9, power loss). What was registered or changed ${since}, may be lost. Put the files of that data directory back together or restore a backup, or start with what is left by adding ${acceptDataLoss}.`,
    undefined,
    { acceptWith: acceptDataLoss },
  );
}

/** The option of the command line that starts a hub on what is left of its data. */
export const acceptDataLoss = "--accept-data-loss";

export function noWriteAheadLog(file: string, mode: string): HubError {
  return refuse(
    `The file system that holds ${file} cannot keep SQLite's write-ahead log (journal mode is "${mode}"). Put the data directory on a local disk.`,
  );
}

export function notAFile(file: string): HubError {
  return refuse(
    `${file} is not a regular file. The hub keeps its data in a file of that name: move it away, or choose another data directory (MCP_HUB_DATA_DIR).`,
  );
}

export function notAFolder(path: string): HubError {
  return refuse(
    `The hub cannot keep its data below ${path}: that is no directory. Move it away, or choose another data directory (MCP_HUB_DATA_DIR).`,
  );
}

export function cannotMake(folder: string, error: unknown): HubError {
  return refuse(
    `The hub cannot make the directory ${folder} for its data: ${remedyFor(error)}, or choose another data directory (MCP_HUB_DATA_DIR).`,
    error,
  );
}

/** What to do about each error of the operating system that a person can fix. */
const remedies: Readonly<Record<string, string>> = {
  EACCES: "the user that runs the hub may not write there. Give it the right to",
  EPERM: "the user that runs the hub may not write there. Give it the right to",
  EROFS: "the file system is read-only. Mount it for writing",
  ENOENT:
    "there is no place for it in that file system, or a link on the way leads nowhere. Correct the path",
  ENOTDIR: "a part of that path is a file, not a directory. Correct the path",
  EEXIST: "something else is there, such as a link that leads nowhere. Move it away",
  ELOOP: "a link on the way leads back to itself. Correct the path",
  ENAMETOOLONG: "a name in that path is too long. Choose a shorter one",
  ENOSPC: "the disk is full. Free some space",
  EDQUOT: "the quota of the user that runs the hub is used up. Free some space",
};

function remedyFor(error: unknown): string {
  const code =
    typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  return remedies[code] ?? `${describe(error)}. Correct that`;
}

export function cannotUse(path: string, error: unknown): HubError {
  return refuse(
    `The hub cannot use ${path}: ${remedyFor(error)}, or choose another data directory (MCP_HUB_DATA_DIR).`,
    error,
  );
}

export function nothingToBackUp(dataDir: string): HubError {
  return refuse(
    `There is nothing to back up in ${dataDir}: no hub has written its hub.db there. Name the data directory of the hub in MCP_HUB_DATA_DIR.`,
  );
}

export function backupExists(folder: string): HubError {
  return refuse(`${folder} is there already, and a backup overwrites nothing. Name a new folder.`);
}

export function neverAtRest(file: string, patienceMs: number): HubError {
  return refuse(
    `The hub wrote so much to ${file} that no copy of one moment could be made in ${Math.round(patienceMs / 1_000)} s. Try again when it has less to do, or stop it for the backup.`,
  );
}

export function cannotBackUp(folder: string, error: unknown): HubError {
  const cause = HubError.is(error) ? (error.cause ?? { code: "ENOTDIR" }) : error;
  return refuse(
    `The backup cannot be written to ${folder}: ${remedyFor(cause)}, or name another folder.`,
    error,
  );
}

export function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
