import type { JournalEvent } from "@hub/core";
import type { Event } from "./events.js";

/** An event in words, for people. */
export type Sentence = {
  /** Goes on after the name of the server. */
  readonly text: string;
  /** What to do about it. */
  readonly fix?: string;
  /** Where it happened: an endpoint without its scheme. */
  readonly place?: string;
};

/** An event as the hub has it or as it tells it; the two write instants in their own ways. */
type Told = Event | JournalEvent;
type CapabilitiesChanged = Extract<Told, { readonly kind: "capabilities-changed" }>;

const placeOf = ({ endpoint }: { readonly endpoint: string }) =>
  endpoint.replace(/^https?:\/\//, "");

const became = {
  up: "is up",
  pending: "is being checked",
  suspect: "became suspect",
  "needs-token": "needs a token",
  unreachable: "became unreachable",
  draining: "is about to stop",
  down: "is down",
} as const;

/** What an operator can change, where its field has another name. */
const editedNouns: Readonly<Record<string, string>> = {
  onCall: "on call",
  replacedBy: "replaced by",
  hidden: "whether it is hidden",
  callTimeoutMs: "time limit of calls",
  toolTimeoutsMs: "time limits of tools",
  maxInFlight: "calls at a time",
};

const credentialChanges = {
  set: "got a credential, which the hub sends it",
  removed: "lost a credential that the hub sent it",
  confirmed: "gets its credentials where it is now, as an admin confirmed",
} as const;

const nouns = {
  tools: "tool",
  resources: "resource",
  resourceTemplates: "resource template",
  prompts: "prompt",
} as const;

const waits = {
  new: "waits until somebody lets it in.",
  "other-registrant": "waits again: it was let in, and now somebody else registered it.",
  "other-host": "waits again: it was let in, and now it is at another host.",
} as const;

/** Who decided, as people know it. */
function judgeIn({ by }: Extract<Told, { readonly kind: "admitted" | "refused" }>): string {
  if (by.kind !== "rule") return by.name ?? by.id;
  return by.id === "open" ? "the hub, which asks nobody" : `the rule ${by.id}`;
}

/** A sentence that goes on after a colon; names and abbreviations stay as they are. */
const goingOn = (sentence: string) =>
  sentence.replace(/^[A-Z](?=[a-z]* )/, (first) => first.toLowerCase());

const several = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;

function offers({ items, added }: CapabilitiesChanged): string {
  // Only the first hundred are named.
  if (items.length < added) return `offers ${added} tools, resources and prompts`;
  const counts = Object.entries(nouns).flatMap(([kind, noun]) => {
    const count = items.filter((item) => item.kind === kind).length;
    return count === 0 ? [] : [several(count, noun)];
  });
  return counts.length === 0 ? "offers nothing" : `offers ${counts.join(", ")}`;
}

function changes(event: CapabilitiesChanged): string {
  const parts = (["added", "removed", "changed"] as const).flatMap((change) => {
    const count = event[change];
    if (count === 0) return [];
    const keys = event.items.filter((item) => item.change === change).map(({ key }) => key);
    const named = keys.slice(0, 3).join(", ");
    return [`${count} ${change}${named === "" ? "" : ` (${named}${count > 3 ? ", …" : ""})`}`];
  });
  return `changed what it offers: ${parts.join(", ")}`;
}

function offering(event: CapabilitiesChanged): Sentence {
  if (event.flapping === undefined)
    return { text: `${event.previousHash === undefined ? offers(event) : changes(event)}.` };
  const often = several(event.flapping.changes, "time");
  return event.flapping.state === "ended"
    ? { text: `is stable again, after ${often}.` }
    : {
        text: `keeps changing what it offers: ${often} so far. The hub reads it less often now.`,
        fix: "Fix the server so that its lists stay the same.",
      };
}

const kindOf = (event: { readonly kind: string }) => event.kind.replaceAll("-", " ");

function said(event: Told): Sentence {
  switch (event.kind) {
    case "registered": {
      const replaced = event.replaced.map(placeOf);
      if (replaced.length > 0)
        return { text: `registered and took over from ${replaced.join(", ")}.` };
      return { text: event.isNewServer ? "registered." : "registered another instance." };
    }
    case "registration-updated": {
      const changed = event.changed.join(", ");
      return { text: `changed ${changed === "" ? "its registration" : `its ${changed}`}.` };
    }
    case "edited": {
      const changed = event.changed.map((field) => editedNouns[field] ?? field).join(", ");
      return { text: `was edited in the hub: ${changed}.` };
    }
    case "credentials-changed":
      return { text: `${credentialChanges[event.change]}: ${event.names.join(", ")}.` };
    case "status-changed": {
      const reason = event.reason === "" ? "." : `: ${goingOn(event.reason)}`;
      return {
        // A newer hub may know more.
        text: `${became[event.to] ?? `is ${event.to}`}${reason}`,
        ...(event.fix === undefined ? {} : { fix: event.fix }),
      };
    }
    case "capabilities-changed":
      return offering(event);
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
        text: `is alive at ${placeOf(event.holder)}, so ${placeOf(event)} did not get the name.`,
        fix: "Rename one of the two, or stop the one you do not need.",
      };
    case "waiting":
      return {
        text: waits[event.because],
        fix: `Look at it, then: mcp-hub admit ${event.serverId}.`,
      };
    case "admitted":
      return { text: `was let in by ${judgeIn(event)}.` };
    case "refused": {
      const reason = event.reason === undefined ? "." : `: ${goingOn(event.reason)}`;
      return { text: `was refused by ${judgeIn(event)}${reason}` };
    }
    default:
      // A page that stayed open may hear of kinds that only a newer hub knows.
      return { text: `${kindOf(event)}.` };
  }
}

/** The endpoint that an event is about, where it is about one. */
function placeIn(event: Told): string | undefined {
  if (event.kind === "name-conflict") return placeOf(event.holder);
  if (!("instance" in event) || event.instance === undefined) return undefined;
  return placeOf(event.instance);
}

/** What happened, in one plain sentence: the only place where an event becomes words. */
export function sentenceOf(event: Told): Sentence {
  const place = placeIn(event);
  return { ...said(event), ...(place === undefined ? {} : { place }) };
}
