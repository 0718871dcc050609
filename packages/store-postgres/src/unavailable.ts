import { HubError } from "@hub/core";

/** Failures of a store that is open. Callers see these sentences, so they name no host; the log does. */

const retryAfterMs = 2_000;

/** SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const causes: Readonly<Record<string, string>> = {
  "25006": "its database is read-only",
  "53100": "its database's disk is full",
  "53200": "its database is out of memory",
  "53300": "its database has no room for another connection",
  "57014": "its database took too long",
  "57P01": "its database is being shut down",
  "57P03": "its database is starting or being shut down",
  "28P01": "its database no longer accepts the hub's password",
  "42501": "the hub may not write to its tables any more",
};

export function unavailable(error: unknown): HubError {
  const state = sqlStateOf(error);
  const cause =
    state === undefined || isConnectionLost(state)
      ? "its database does not answer"
      : (causes[state] ?? `its database refuses it (SQLSTATE ${state})`);
  return new HubError(
    "STORE_UNAVAILABLE",
    `The hub cannot store anything at the moment: ${cause}. Try again later.`,
    { cause: error, retryAfterMs },
  );
}

/** Class 08, and 57P02 of a server that crashes. */
const isConnectionLost = (state: string) => state.startsWith("08") || state === "57P02";

/** What Postgres calls an error; undefined for one that did not come from it, as `EPIPE`, which has no digit. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** For the log: without what may hold the password. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const state = sqlStateOf(error);
  return state === undefined ? error.message : `${error.message} (SQLSTATE ${state})`;
}
