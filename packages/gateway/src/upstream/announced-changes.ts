import type { Entry } from "@hub/core";
import { isJsonObject } from "@hub/core/json";

const kinds = ["tools", "prompts", "resources"] as const;

/** Whether a server said that it tells of changes of its lists. */
export function announcesLists(entry: Entry): boolean {
  return kinds.some((kind) => hasSaid(entry, kind, "listChanged"));
}

/** Whether a server said that its resources can be subscribed to. */
export function canSubscribe(entry: Entry): boolean {
  return hasSaid(entry, "resources", "subscribe");
}

function hasSaid({ snapshot }: Entry, kind: string, what: "listChanged" | "subscribe"): boolean {
  const capability = snapshot?.capabilities[kind];
  return isJsonObject(capability) && capability[what] === true;
}
