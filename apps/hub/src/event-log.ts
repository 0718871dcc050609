import { sentenceOf } from "@hub/api";
import type { InstanceStatus, JournalEvent } from "@hub/core";
import type { Log, LogFields } from "@hub/server";
import { markOf } from "./event-mark.js";

/** One event in words, for a person at a terminal. */
function lineFor(event: JournalEvent): string {
  const { text, fix, place } = sentenceOf(event);
  const said = [text, fix].filter((part) => part !== undefined).join(" ");
  return `${markOf(event)} ${event.name}  ${said}${place === undefined ? "" : `  ${place}`}`;
}

const isTrouble = (status: InstanceStatus) =>
  status === "down" || status === "unreachable" || status === "needs-token";

/** Logs an event: as a sentence for people, with its fields for machines. */
export function logEvent(log: Log, event: JournalEvent, format: "pretty" | "json"): void {
  const { kind, ...fields } = event;
  // People are told of a server that comes back when it is up. Only machines need to know that it
  // is being probed.
  const isNoise = format === "pretty" && kind === "status-changed" && event.to === "pending";
  const said: LogFields = format === "pretty" ? { text: lineFor(event) } : fields;
  if (isNoise) log.debug(kind, said);
  else if (kind === "status-changed" && isTrouble(event.to)) log.warn(kind, said);
  else if (kind === "name-conflict" || kind === "waiting") log.warn(kind, said);
  else log.info(kind, said);
}
