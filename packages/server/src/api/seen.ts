import type { EntryRecord, JournalEvent, Registry } from "@hub/core";
import { maySee, type Principal, policyOf, subjectOf } from "@hub/core/access";

/** Whether somebody sees a server: what was not let in is there for those only who may judge it. */
export function maySeeEntry(principal: Principal, record: EntryRecord): boolean {
  return maySee(policyOf(principal), record);
}

/** Whether somebody sees what is kept of a server, by its id. What is kept of one that is gone tells nothing of another. */
export function seesServer(
  principal: Principal,
  registry: Registry,
): (serverId: string) => boolean {
  const policy = policyOf(principal);
  if (policy.mayWithAll("admin")) return () => true;
  return (serverId) => {
    const entry = registry.get(serverId);
    return entry === undefined || maySee(policy, entry.record);
  };
}

/** Whether somebody hears of an event: one that was about what nobody had let in stays with those who judge. */
export function hears(principal: Principal, registry: Registry): (event: JournalEvent) => boolean {
  const policy = policyOf(principal);
  if (policy.mayWithAll("admin")) return () => true;
  return ({ isWithheld, serverId }) => {
    if (isWithheld !== true) return true;
    const record = registry.get(serverId)?.record;
    return policy.may(
      "admin",
      record === undefined ? { id: serverId, tags: [] } : subjectOf(record),
    );
  };
}
