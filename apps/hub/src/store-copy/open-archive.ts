import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { HubError } from "@hub/core";
import type { StoreArchive } from "@hub/core/storage";
import { CommandError } from "../command-line/command-error.js";

/** A data directory, or the address of a database, as somebody typed it. */
export type Place =
  | { readonly kind: "file"; readonly dataDir: string }
  | { readonly kind: "database"; readonly url: string };

/** Reads what was typed in `folder`. Throws a CommandError for an address of something else. */
export function placeOf(typed: string, folder: string): Place {
  if (/^postgres(ql)?:\/\//i.test(typed)) {
    if (!URL.canParse(typed)) throw wrongAddress();
    return { kind: "database", url: typed };
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(typed)) throw wrongAddress();
  return { kind: "file", dataDir: resolve(folder, typed) };
}

/** Not with what was typed, which may hold a password. */
const wrongAddress = () =>
  new CommandError(
    "usage",
    "A place is a data directory such as ./data, or an address such as postgres://user:password@host:5432/database.",
  );

/** Whether two are one and the same. */
export function isSamePlace(one: Place, other: Place): boolean {
  return one.kind === "file"
    ? other.kind === "file" && one.dataDir === other.dataDir
    : other.kind === "database" && one.url === other.url;
}

/** Another data directory, which a hub that starts could take, helps a command with nothing. */
function heldByHub(file: string, error: HubError): CommandError {
  const { usedBy } = error.details;
  const who = typeof usedBy === "number" ? `A hub (process ${usedBy})` : "Another process";
  return new CommandError(
    "failed",
    `${who} uses ${file}. Stop it, run this command again, and start it afterwards.`,
    { code: error.code, cause: error },
  );
}

/** Opens what is there; no hub can have it open meanwhile. `mustExist`: a data directory without a file is refused. */
export async function openArchive(
  place: Place,
  { mustExist }: { readonly mustExist: boolean },
): Promise<StoreArchive> {
  if (place.kind === "database")
    return (await import("@hub/store-postgres")).openPostgresArchive(place.url);
  const file = join(place.dataDir, "hub.db");
  if (mustExist && !existsSync(file))
    throw new CommandError(
      "failed",
      `There is no hub.db in ${place.dataDir}. Name the data directory of a hub (MCP_HUB_DATA_DIR).`,
    );
  const { openSqliteArchive } = await import("@hub/store-sqlite");
  try {
    return await openSqliteArchive({ file });
  } catch (error) {
    throw HubError.is(error) && "usedBy" in error.details ? heldByHub(file, error) : error;
  }
}
