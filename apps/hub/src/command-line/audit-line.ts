import { systemClock } from "@hub/core";
import type { Asker, AuditRecord } from "@hub/core/storage";

/** Whoever does something to a store by a command, with no hub in between that would ask who it is. */
export const commandLine = {
  who: { kind: "anonymous", id: "command-line" },
} as const satisfies Asker;

/** What a command has done, as the audit of that store keeps it. */
export function lineOf(
  done: Pick<AuditRecord, "action" | "subject" | "before" | "after">,
): AuditRecord {
  return { ...commandLine, at: systemClock.wall(), outcome: "done", ...done };
}
