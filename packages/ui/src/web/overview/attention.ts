import type { Event, ServerSummary } from "@hub/api";
import { type ServerState, seriousness, stateOf } from "../parts/seriousness.js";

/** Why a server wants a person. `unmet`: the hub tried to reach it and has not managed yet. */
export type Want =
  | "down"
  | "unreachable"
  | "unmet"
  | "admission"
  | "token"
  | "degraded"
  | "flapping"
  | "changed";

export type Concern = {
  readonly server: ServerSummary;
  readonly want: Want;
  readonly state: ServerState;
  /** What is wrong, in a sentence. */
  readonly text: string;
  /** Since when, as ISO 8601, where the server itself says. */
  readonly since?: string | undefined;
};

/** The most urgent first. */
const urgency: readonly Want[] = [
  "down",
  "unreachable",
  "unmet",
  "admission",
  "token",
  "degraded",
  "flapping",
  "changed",
];

const ofStates: Readonly<Partial<Record<ServerState, readonly [want: Want, text: string]>>> = {
  down: ["down", "It gives no sign of life any more."],
  unreachable: ["unreachable", "The hub cannot reach it."],
  "needs-token": ["token", "It refuses requests without its own token."],
  degraded: ["degraded", "Some of its instances do not answer."],
};

const waits = {
  new: "Nobody has let it in yet.",
  "other-registrant": "Somebody else registers it now.",
  "other-host": "It is at another host now.",
} as const;

/** What a change of its offers breaks for callers: only what went away or is another now can. */
type Changed = Extract<Event, { readonly kind: "capabilities-changed" }>;

const isChange = (event: Event): event is Changed =>
  event.kind === "capabilities-changed" &&
  event.previousHash !== undefined &&
  event.flapping === undefined &&
  event.removed + event.changed > 0;

function changeText({ changed, removed, items }: Changed): string {
  const parts = [
    ...(removed > 0 ? [`${removed} removed`] : []),
    ...(changed > 0 ? [`${changed} changed`] : []),
  ].join(", ");
  // What went away breaks more than what is another now.
  const first =
    items.find(({ change }) => change === "removed") ??
    items.find(({ change }) => change === "changed");
  return `What it offers is not what it was: ${parts}${first === undefined ? "" : ` (${first.key})`}.`;
}

function concernOf(server: ServerSummary): Concern | undefined {
  const state = stateOf(server);
  const [want, text] = ofStates[state] ?? [];
  const failing = server.instances.find((instance) => instance.problem !== undefined)?.problem;
  if (want !== undefined && text !== undefined)
    return { server, want, state, text: failing?.cause ?? text };
  if (state === "pending" && failing !== undefined)
    return { server, want: "unmet", state, text: failing.cause };
  if (server.flapping === undefined) return undefined;
  const { changes, since } = server.flapping;
  return {
    server,
    want: "flapping",
    state,
    text: `What it offers changes all the time: ${changes} times so far.`,
    since,
  };
}

/**
 * What wants a person now, the most urgent first, each server once. A suspect server is not among them: within seconds
 * it is up or out of reach. One that waits for its first good probe is, once a probe has failed. `waiting`: servers that nobody let in, for whoever may; `events`: since somebody was here,
 * newest first.
 */
export function concernsOf({
  servers,
  waiting,
  events,
}: {
  readonly servers: readonly ServerSummary[];
  readonly waiting: readonly ServerSummary[];
  readonly events: readonly Event[];
}): readonly Concern[] {
  const changed = new Map<string, Changed>();
  for (const event of events)
    if (isChange(event) && !changed.has(event.serverId)) changed.set(event.serverId, event);
  const concerns = servers.flatMap((server): readonly Concern[] => {
    const concern = concernOf(server);
    if (concern !== undefined) return [concern];
    const event = changed.get(server.id);
    if (event === undefined) return [];
    const text = changeText(event);
    return [{ server, want: "changed", state: stateOf(server), text, since: event.at }];
  });
  const asking = waiting.flatMap((server): readonly Concern[] => {
    const { admission } = server;
    if (admission?.state !== "waiting") return [];
    const text = waits[admission.because ?? "new"];
    return [{ server, want: "admission", state: stateOf(server), text, since: admission.since }];
  });
  return [...concerns, ...asking].sort(
    (a, b) =>
      urgency.indexOf(a.want) - urgency.indexOf(b.want) ||
      seriousness(a.state) - seriousness(b.state) ||
      a.server.name.localeCompare(b.server.name, undefined, { numeric: true }),
  );
}
