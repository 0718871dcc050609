import type { Event } from "@hub/api";
import type { InstanceStatus, JournalEvent } from "@hub/core";

const marks: Readonly<Record<InstanceStatus, string>> = {
  up: "✓",
  pending: "…",
  suspect: "?",
  "needs-token": "!",
  unreachable: "!",
  draining: "-",
  down: "✗",
};

/** What kind of news an event is, at one glance. */
export function markOf(event: Event | JournalEvent): string {
  switch (event.kind) {
    case "registered":
      return "+";
    case "status-changed":
      return marks[event.to];
    case "name-conflict":
    case "waiting":
      return "!";
    case "admitted":
      return "✓";
    case "refused":
      return "✗";
    case "deregistered":
    case "forgotten":
      return "-";
    case "capabilities-changed":
      if (event.flapping === undefined) return event.previousHash === undefined ? " " : "~";
      return event.flapping.state === "began" ? "!" : "✓";
    default:
      return "~";
  }
}
