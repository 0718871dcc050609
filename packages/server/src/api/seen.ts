import type { Event } from "@hub/api";
import type { EntryRecord, JournalEvent } from "@hub/core";
import { maySee, type Principal, policyOf, type SeenServers, subjectOf } from "@hub/core/access";
import { eventView } from "./views.js";

/** Whether somebody sees a server: what was not let in is there for those only who may judge it. */
export function maySeeEntry(principal: Principal, record: EntryRecord): boolean {
  return maySee(policyOf(principal), record);
}

/**
 * Whether somebody hears of an event: one about a server that it may not read stays with those who may, and one
 * from before anybody had let the server in, with those who judge.
 */
export function hears(seen: SeenServers): (event: JournalEvent) => boolean {
  const { policy } = seen;
  if (policy.mayWithAll("admin")) return () => true;
  return ({ isWithheld, serverId }) => {
    if (isWithheld !== true) return seen.hearsOf(serverId);
    const record = seen.get(serverId)?.record;
    return policy.may(
      "admin",
      record === undefined ? { id: serverId, tags: [] } : subjectOf(record),
    );
  };
}

/** An event as somebody hears it: without the tools, prompts and resources that it does not see. */
export function heardEvent(event: JournalEvent, seen: SeenServers): Event {
  const { serverId } = event;
  if (event.kind !== "capabilities-changed" || seen.seesWhole(serverId)) return eventView(event);
  const items = event.items.filter(({ kind, key }) => seen.seesItem(serverId, kind, key));
  const count = (change: string) => items.filter((item) => item.change === change).length;
  return eventView({
    ...event,
    items,
    added: count("added"),
    removed: count("removed"),
    changed: count("changed"),
  });
}
