import { HubError } from "@hub/core";
import { sqlStateOf } from "./unavailable.js";

/** The reasons why a hub does not start on a database: what is wrong, and what to do. Nothing was changed there. */

const refuse = (message: string, cause?: unknown) =>
  new HubError("STORE_UNAVAILABLE", message, { cause });

export function newerSchema(version: number, known: number): HubError {
  return refuse(
    `The database in DATABASE_URL is of a newer MCP Hub (schema ${version}; this one knows ${known}). Nothing was changed. Start the newer version.`,
  );
}

export function tooOld(version: string): HubError {
  return refuse(
    `DATABASE_URL leads to PostgreSQL ${version}; the hub needs 13 or newer. Nothing was changed.`,
  );
}

export function olderSchema(version: number, known: number): HubError {
  return refuse(
    version === 0
      ? "The database in DATABASE_URL holds no hub: there is nothing to copy. Name the database of the hub."
      : `The database in DATABASE_URL is of an older MCP Hub (schema ${version}; this one writes ${known}). Run mcp-hub migrate, or use the older version.`,
  );
}

/** `hosts`: from where the hubs on it are connected, one for each; empty where only another command is. */
export function inUse(place: string, hosts: readonly string[]): HubError {
  if (hosts.length === 0)
    return refuse(
      `Another command of MCP Hub, or a hub that is about to start or stop, has ${place} open. Try again when that is done; nothing was changed.`,
    );
  const from = [...new Set(hosts)].join(" and ");
  return refuse(
    `${hosts.length === 1 ? "A hub runs" : `${hosts.length} hubs run`} on ${place}, connected from ${from}. Stop every hub on it (mcp-hub hubs lists them), each with Ctrl-C or SIGTERM where it runs, and try again; nothing was changed.`,
  );
}

export function notEmpty(place: string): HubError {
  return refuse(
    `${place} holds something already, and nothing is written over it. Name a new database (createdb).`,
  );
}

/** Texts for what people meet when they first try it. */
const byState: Readonly<Record<string, string>> = {
  "28P01": "it refuses the user or the password. Look at both in DATABASE_URL",
  "28000":
    "it lets nobody in this way. Look at the user in DATABASE_URL, and at pg_hba.conf of the server",
  "3D000":
    "there is no database of this name. Create it (createdb), or name another in DATABASE_URL",
  "42501":
    "this user may not create tables there. Grant it CREATE on the schema (PostgreSQL 15 and newer give that to the owner of the database only)",
  "55P03":
    "somebody keeps it for themselves: mcp-hub copy or restore, or another hub that brings its tables up to date. Try again when that is done",
  "53300": "it has no room for another connection. Raise its max_connections",
};

const byCode: Readonly<Record<string, string>> = {
  ECONNREFUSED:
    "nothing listens at its address. Start PostgreSQL, or mend the host and port in DATABASE_URL",
  ENOTFOUND: "its host name is unknown. Mend the host in DATABASE_URL",
  ENOENT: "there is no such socket. Mend the host in DATABASE_URL",
};

/** What the driver says of its own accord where it has no password to prove. */
const wantsPassword = /password must be a string/;

export function cannotOpen(error: unknown): HubError {
  if (HubError.is(error)) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const text = error instanceof Error ? error.message : String(error);
  const reason =
    byState[sqlStateOf(error) ?? ""] ??
    byCode[code] ??
    (wantsPassword.test(text)
      ? "it asks for a password, and DATABASE_URL has none. Add it: postgres://user:password@host:5432/database"
      : `${text}. Look at DATABASE_URL`);
  return refuse(`The hub cannot use the database in DATABASE_URL: ${reason}.`, error);
}
