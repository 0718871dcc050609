import type { EventKind } from "@hub/api";

/** What the hub tells of, as core names it; a test holds the two lists together. */
export const eventKinds = [
  "registered",
  "registration-updated",
  "edited",
  "credentials-changed",
  "status-changed",
  "capabilities-changed",
  "deregistered",
  "forgotten",
  "name-conflict",
  "waiting",
  "admitted",
  "refused",
] as const satisfies readonly EventKind[];
