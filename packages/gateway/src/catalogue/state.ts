import type { Entry } from "@hub/core";

/** Where lists for clients of 2026-07-28 name the servers whose calls share no state there. */
export const noStateKey = "mcp-hub/no-state";

/** Whether what a server of the 2025 revisions does may depend on the calls before: it gives out session ids. */
export function keepsState({ snapshot }: Entry): boolean {
  return snapshot?.era === "legacy" && snapshot.keepsSessions === true;
}
