import type { HubEvent } from "../live/live.js";

/** An event for people. `text` goes on after the name of the server. */
export type Told = {
  readonly text: string;
  /** What to do about it. */
  readonly fix?: string;
};

const textOf = (value: unknown) => (typeof value === "string" ? value : "");
const countOf = (value: unknown) => (typeof value === "number" ? value : 0);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && name in value
    ? Reflect.get(value, name)
    : undefined;
}

const where = (instance: unknown) =>
  textOf(fieldOf(instance, "endpoint")).replace(/^https?:\/\//, "");

/** Where it happened, as it is worth saying. */
export function placeOf(event: HubEvent): string {
  return where(event.instance ?? event.holder);
}

const became: Readonly<Record<string, string>> = {
  up: "is up",
  pending: "is being checked",
  suspect: "became suspect",
  "needs-token": "needs a token",
  unreachable: "became unreachable",
  draining: "is about to stop",
  down: "is down",
};

/** What an operator can change, where its field has another name. */
const editedNouns: Readonly<Record<string, string>> = {
  onCall: "on call",
  replacedBy: "replaced by",
  hidden: "whether it is hidden",
  callTimeoutMs: "time limit of calls",
  toolTimeoutsMs: "time limits of tools",
  maxInFlight: "calls at a time",
};

const nouns: Readonly<Record<string, string>> = {
  tools: "tool",
  resources: "resource",
  resourceTemplates: "resource template",
  prompts: "prompt",
};

/** A sentence that goes on after a colon; names and abbreviations stay as they are. */
const goingOn = (sentence: string) =>
  sentence.replace(/^[A-Z](?=[a-z]* )/, (first) => first.toLowerCase());

const several = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;

function offers(event: HubEvent): string {
  const kinds = listOf(event.items).map((item) => textOf(fieldOf(item, "kind")));
  const added = countOf(event.added);
  // Only the first hundred are named.
  if (kinds.length < added) return `offers ${added} tools, resources and prompts`;
  const counts = Object.entries(nouns).flatMap(([kind, noun]) => {
    const count = kinds.filter((one) => one === kind).length;
    return count === 0 ? [] : [several(count, noun)];
  });
  return counts.length === 0 ? "offers nothing" : `offers ${counts.join(", ")}`;
}

function changes(event: HubEvent): string {
  const parts = (["added", "removed", "changed"] as const).flatMap((change) => {
    const count = countOf(event[change]);
    if (count === 0) return [];
    const keys = listOf(event.items)
      .filter((item) => fieldOf(item, "change") === change)
      .map((item) => textOf(fieldOf(item, "key")));
    const named = keys.slice(0, 3).join(", ");
    return [`${count} ${change}${named === "" ? "" : ` (${named}${count > 3 ? ", …" : ""})`}`];
  });
  return `changed what it offers: ${parts.join(", ")}`;
}

function flaps(flapping: unknown): Told {
  const often = several(countOf(fieldOf(flapping, "changes")), "time");
  return fieldOf(flapping, "state") === "ended"
    ? { text: `is stable again, after ${often}.` }
    : {
        text: `keeps changing what it offers: ${often} so far. The hub reads it less often now.`,
        fix: "Fix the server so that its lists stay the same.",
      };
}

/** What happened, in one plain sentence. */
export function tell(event: HubEvent): Told {
  switch (event.kind) {
    case "registered": {
      const replaced = listOf(event.replaced).map(where);
      if (replaced.length > 0)
        return { text: `registered and took over from ${replaced.join(", ")}.` };
      return {
        text: event.isNewServer === true ? "registered." : "registered another instance.",
      };
    }
    case "registration-updated": {
      const changed = listOf(event.changed).map(textOf).join(", ");
      return { text: `changed ${changed === "" ? "its registration" : `its ${changed}`}.` };
    }
    case "edited": {
      const changed = listOf(event.changed)
        .map((field) => editedNouns[textOf(field)] ?? textOf(field))
        .join(", ");
      return { text: `was edited in the hub: ${changed}.` };
    }
    case "status-changed": {
      const fix = textOf(event.fix);
      const to = textOf(event.to);
      const reason = textOf(event.reason);
      return {
        text: `${became[to] ?? `is ${to}`}${reason === "" ? "." : `: ${goingOn(reason)}`}`,
        ...(fix === "" ? {} : { fix }),
      };
    }
    case "capabilities-changed":
      if (event.flapping !== undefined) return flaps(event.flapping);
      return { text: `${event.previousHash === undefined ? offers(event) : changes(event)}.` };
    case "deregistered":
      return { text: event.reason === "left" ? "left." : "was removed." };
    case "forgotten":
      if (event.isForced === true)
        return { text: "was removed by an operator. If it still runs, it registers again." };
      return {
        text:
          event.reason === "removed"
            ? "was removed."
            : "was forgotten after it had been down too long.",
      };
    case "name-conflict":
      return {
        text: `is alive at ${where(event.holder)}, so ${where({ endpoint: event.endpoint })} did not get the name.`,
        fix: "Rename one of the two, or stop the one you do not need.",
      };
    default:
      // A newer hub knows more kinds than this page.
      return { text: `${event.kind.replaceAll("-", " ")}.` };
  }
}
