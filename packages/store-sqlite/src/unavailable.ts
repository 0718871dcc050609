import { HubError } from "@hub/core";
import { sqliteCode, sqliteCodeOf } from "./connection.js";

/** Failures of a store that is open. Callers see these sentences, so they name no path; the log does. */

const retryAfterMs = 5_000;

const causes: Readonly<Record<number, string>> = {
  [sqliteCode.full]: "its disk is full",
  [sqliteCode.ioError]: "its disk reports an error",
  [sqliteCode.readonly]: "its data file is read-only",
  [sqliteCode.corrupt]: "its data file is damaged",
};

export function unavailable(error: unknown): HubError {
  const cause = causes[sqliteCodeOf(error) ?? 0] ?? "its data file cannot be used";
  return new HubError(
    "STORE_UNAVAILABLE",
    `The hub cannot store anything at the moment: ${cause}. Nothing was stored; try again later.`,
    { cause: error, retryAfterMs },
  );
}

export function movedFile(): HubError {
  return new HubError(
    "STORE_UNAVAILABLE",
    "The hub cannot store anything: its data file was moved or deleted while it ran. Nothing was stored; the hub must be started again.",
    { retryAfterMs },
  );
}
