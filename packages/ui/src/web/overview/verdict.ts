import type { Event, HubView, ServerList, ServerSummary } from "@hub/api";
import { stateOf } from "../parts/seriousness.js";
import { type Concern, concernsOf } from "./attention.js";

/** What is wrong with the hub itself, or with one of its kind. */
export type HubTrouble = {
  readonly want: "protection" | "silent-hub";
  readonly title: string;
  /** What is wrong and what to do, in a sentence or two. */
  readonly text: string;
  /** Since when, as ISO 8601. */
  readonly since: string;
};

export type Verdict = {
  /** The first line of the page. */
  readonly headline: string;
  readonly troubles: readonly HubTrouble[];
  readonly concerns: readonly Concern[];
};

export type Known = {
  readonly servers: readonly ServerSummary[];
  readonly waiting: readonly ServerSummary[];
  /** Since somebody was here, newest first. */
  readonly events: readonly Event[];
  readonly hubs: readonly HubView[];
  readonly protection: ServerList["protection"];
  /** Whether the hub does not answer, so that all this is how it was. */
  readonly isOld: boolean;
};

/** Whether all is well, and whatever is not. Nothing is called well that the hub has not seen to be so. Pure. */
export function judge({ hubs, protection, isOld, ...known }: Known): Verdict {
  const concerns = concernsOf(known);
  const troubles = troublesOf(hubs, protection);
  const count = concerns.length + troubles.length;
  const headline =
    count === 0
      ? calm(known.servers, isOld)
      : count === 1
        ? "One thing wants you"
        : `${count} things want you`;
  return { headline, troubles, concerns };
}

function troublesOf(
  hubs: readonly HubView[],
  protection: ServerList["protection"],
): readonly HubTrouble[] {
  const silent = hubs.flatMap(({ id, isSelf, state, lastSeenAt }): readonly HubTrouble[] => {
    // Of itself the hub says why, as its protection.
    if (state !== "silent" || isSelf) return [];
    const text =
      "It ended without a word, or no longer reaches the database. The others do its part. Start it again where it ran, or look into its log there.";
    return [
      { want: "silent-hub", title: `Hub ${id.slice(0, 8)} is silent`, text, since: lastSeenAt },
    ];
  });
  if (protection === undefined) return silent;
  const { reason, since } = protection;
  return [{ want: "protection", title: "The hub itself", text: reason, since }, ...silent];
}

function calm(servers: readonly ServerSummary[], isOld: boolean): string {
  const doubtful = servers.filter((server) => ["pending", "suspect"].includes(stateOf(server)));
  const all = servers.length;
  if (doubtful.length > 0) {
    const some = doubtful.length === all ? "" : ` of ${all}`;
    const noun = all === 1 ? "server" : "servers";
    return `${doubtful.length}${some} ${noun} ${doubtful.length === 1 ? "is" : "are"} still being checked`;
  }
  return `All ${isOld ? "was" : "is"} well with ${all === 1 ? "one server" : `${all} servers`}`;
}
