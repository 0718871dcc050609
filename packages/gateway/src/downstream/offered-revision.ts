import type { Entry } from "@hub/core";
import { codes, type JsonRpcError, modernVersion, newestLegacyVersion } from "@hub/mcp";
import { type Selection, selects } from "../catalogue/selection.js";
import { keepsState } from "../catalogue/state.js";

/** Names of servers in a message, so that it stays short. */
const mostNamed = 5;

/**
 * The selected servers whose state a client would lose in 2026-07-28, which has no sessions. It goes by what
 * is registered, not by what is up: an endpoint must not change its revision because a server restarts.
 */
export function sessionKeepers(selection: Selection, entries: readonly Entry[]): string[] {
  return entries
    .filter((entry) => selects(selection, entry) && keepsState(entry))
    .map(({ record }) => record.id);
}

/** What an endpoint says to `server/discover` when it offers the 2025 revisions. */
export function offersSessions(keepers: readonly string[]): JsonRpcError {
  const named = keepers.slice(0, mostNamed).join(", ");
  const more = keepers.length > mostNamed ? ` and ${keepers.length - mostNamed} more` : "";
  return {
    code: codes.methodNotFound,
    message: `Method not found: this endpoint offers ${newestLegacyVersion}, because servers behind it keep state in sessions (${named}${more}). For ${modernVersion}, in which calls share no state, add ?revision=${modernVersion} to its URL.`,
  };
}
