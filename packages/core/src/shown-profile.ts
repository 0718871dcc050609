import type { ShownProfile } from "./edits.js";
import type { EntryRecord } from "./entry.js";

/** What is shown of a server: what an operator set, and where that says nothing what the server says. */
export function shownProfile({ profile, edits }: EntryRecord): ShownProfile {
  if (edits === undefined) return profile;
  const { hidden, callTimeoutMs, toolTimeoutsMs, maxInFlight, ...words } = edits;
  const { description, ...shown } = { ...profile, ...words };
  // An empty description is an edit too: it hides the server's own description.
  return description === undefined || description === "" ? shown : { ...shown, description };
}

/** Whether an operator took it out of lists and searches. */
export function isHidden({ edits }: EntryRecord): boolean {
  return edits?.hidden === true;
}
