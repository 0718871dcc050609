import type { CapabilitiesChanged, InstanceStatus, JournalEvent } from "@hub/core";
import type { Log, LogFields } from "@hub/server";

const marks: Readonly<Record<InstanceStatus, string>> = {
  up: "✓",
  pending: "…",
  suspect: "?",
  "needs-token": "!",
  unreachable: "!",
  draining: "-",
  down: "✗",
};

const where = (endpoint: string) => endpoint.replace(/^https?:\/\//, "");

/** One event in words, for a person at a terminal. */
function sentenceFor(event: JournalEvent): string {
  switch (event.kind) {
    case "registered": {
      const took =
        event.replaced.length > 0
          ? `  took over from ${event.replaced.map((one) => where(one.endpoint)).join(", ")}`
          : "";
      return `+ ${event.name}  registered  ${where(event.instance.endpoint)}${took}`;
    }
    case "registration-updated":
      return `~ ${event.name}  changed its ${event.changed.join(", ")}  ${where(event.instance.endpoint)}`;
    case "edited":
      return `~ ${event.name}  an operator changed its ${event.changed.join(", ")}`;
    case "status-changed": {
      const fix = event.fix === undefined ? "" : ` ${event.fix}`;
      const mark = marks[event.to];
      return `${mark} ${event.name}  ${event.to}  ${where(event.instance.endpoint)}  ${event.reason}${fix}`;
    }
    case "capabilities-changed":
      if (event.flapping !== undefined)
        return `${markOf(event.flapping)} ${event.name}  ${flaps(event.flapping)}`;
      return event.previousHash === undefined
        ? `  ${event.name}  offers ${counts(event.items, event.added)}`
        : `~ ${event.name}  changed what it offers: ${event.added} added, ${event.removed} removed, ${event.changed} changed`;
    case "deregistered":
      return `- ${event.name}  ${event.reason === "left" ? "left" : "was removed"}  ${where(event.instance.endpoint)}`;
    case "forgotten":
      if (event.isForced === true)
        return `- ${event.name}  removed by an operator; if it still runs, its helper registers it again`;
      return `- ${event.name}  ${event.reason === "removed" ? "removed" : "forgotten, it was down for too long"}`;
    case "name-conflict":
      return `! ${event.name}  is alive at ${where(event.holder.endpoint)}; ${where(event.endpoint)} wanted the name and did not get it`;
    default:
      event satisfies never;
      return "";
  }
}

type FlappingTold = NonNullable<CapabilitiesChanged["flapping"]>;

const markOf = ({ state }: FlappingTold) => (state === "began" ? "!" : "✓");

function flaps({ state, changes, since }: FlappingTold): string {
  const often = `${changes} times since ${new Date(since).toISOString()}`;
  return state === "began"
    ? `changes what it offers all the time, ${often}; it is read less often until it is stable`
    : `offers the same again, after changing ${often}`;
}

function counts(items: readonly { readonly kind: string }[], total: number): string {
  if (items.length < total) return `${total} tools, resources and prompts`;
  const words = {
    tools: "tool",
    resources: "resource",
    resourceTemplates: "resource template",
    prompts: "prompt",
  };
  const said = Object.entries(words).flatMap(([kind, word]) => {
    const count = items.filter((item) => item.kind === kind).length;
    return count === 0 ? [] : [`${count} ${word}${count === 1 ? "" : "s"}`];
  });
  return said.length === 0 ? "nothing yet" : said.join(", ");
}

const isTrouble = (status: InstanceStatus) =>
  status === "down" || status === "unreachable" || status === "needs-token";

/** Logs an event: as a sentence for people, with its fields for machines. */
export function logEvent(log: Log, event: JournalEvent, format: "pretty" | "json"): void {
  const { kind, ...fields } = event;
  // People are told of a server that comes back when it is up. Only machines need to know that it
  // is being probed.
  const isNoise = format === "pretty" && kind === "status-changed" && event.to === "pending";
  const said: LogFields = format === "pretty" ? { text: sentenceFor(event) } : fields;
  if (isNoise) log.debug(kind, said);
  else if (kind === "status-changed" && isTrouble(event.to)) log.warn(kind, said);
  else if (kind === "name-conflict") log.warn(kind, said);
  else log.info(kind, said);
}
