import type { Event } from "@hub/api";
import type { Meaning } from "../server/meaning.js";

type StatusChanged = Extract<Event, { readonly kind: "status-changed" }>;
type CapabilitiesChanged = Extract<Event, { readonly kind: "capabilities-changed" }>;

const isOut = (status: string) => status === "down" || status === "unreachable";

function ofStatus({ from, to, serverStatus }: StatusChanged): Meaning | undefined {
  if (to === "up")
    return from === "pending" ? undefined : { level: "fine", text: "Calls go through again." };
  if (to === "needs-token")
    return { level: "breaks", text: "Calls fail until the hub has its token." };
  if (to === "draining")
    return { level: "fine", text: "It finishes its calls and gets no new ones." };
  if (to === "suspect")
    return { level: "choice", text: "Calls that reach it now may fail without having run." };
  if (!isOut(to)) return undefined;
  return isOut(serverStatus)
    ? { level: "breaks", text: "Calls to it fail until it is back." }
    : { level: "fine", text: "Its other instances take its calls." };
}

function ofOffers(event: CapabilitiesChanged): Meaning | undefined {
  const { previousHash, added, removed, changed, items, flapping } = event;
  if (flapping !== undefined)
    return flapping.state === "ended"
      ? { level: "fine", text: "Clients have its lists as they are." }
      : { level: "choice", text: "Clients may have lists that are a little old." };
  if (previousHash === undefined || added + removed + changed === 0) return undefined;
  if (removed > 0) {
    const gone = items.filter(({ change }) => change === "removed").map(({ key }) => key);
    const named = gone.slice(0, 3).join(", ");
    const what = named === "" ? "what was removed" : named + (removed > 3 ? ", …" : "");
    return { level: "breaks", text: `Calls to ${what} fail from now on.` };
  }
  if (changed > 0)
    return { level: "choice", text: "What changed may want other arguments: see its changes." };
  return { level: "fine", text: "Nothing breaks: there is more to call." };
}

/** What an event means for those who call; undefined where it means nothing to them. */
export function meaningOfEvent(event: Event): Meaning | undefined {
  switch (event.kind) {
    case "status-changed":
      return ofStatus(event);
    case "capabilities-changed":
      return ofOffers(event);
    case "deregistered":
    case "forgotten":
      return { level: "breaks", text: "Clients do not see this instance any more." };
    case "name-conflict":
      return { level: "fine", text: "Callers notice nothing: the first one still answers." };
    case "waiting":
      return { level: "choice", text: "Nobody can see or call it until somebody lets it in." };
    case "admitted":
      return { level: "fine", text: "Clients can see and call it." };
    case "refused":
      return { level: "breaks", text: "Nobody can see or call it." };
    case "edited":
      return event.changed.includes("hidden")
        ? { level: "choice", text: "Whether it is in the lists of clients changed." }
        : undefined;
    case "credentials-changed":
      return event.change === "removed"
        ? { level: "choice", text: "Calls go out without it: the server may refuse them." }
        : undefined;
    default:
      return undefined;
  }
}
