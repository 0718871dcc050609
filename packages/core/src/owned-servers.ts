import { policyOf } from "./access/policy.js";
import type { Principal } from "./access/principal.js";
import type { BudgetBook } from "./budget-book.js";
import { settingOf } from "./budgets.js";
import type { Catalogue } from "./catalogue.js";
import type { EntryRecord } from "./entry.js";
import { HubError } from "./errors.js";
import type { WriteDraft } from "./write-draft.js";

const retryAfterMs = 60_000;

/** Whether a name is somebody's: an instance of it is, or was the last one. */
export function isOf(record: EntryRecord, id: string): boolean {
  const { instances, lastRegisteredBy } = record;
  return instances.length === 0
    ? lastRegisteredBy?.id === id
    : instances.some(({ registeredBy }) => registeredBy?.id === id);
}

/** How many names are somebody's once the commit under way succeeds. */
function ownedBy(id: string, catalogue: Catalogue, draft: WriteDraft): number {
  const before = catalogue
    .list()
    .filter(({ record }) => !draft.changed.has(record.id) && isOf(record, id)).length;
  const changed = [...draft.changed.values()];
  return before + changed.filter((record) => record !== undefined && isOf(record, id)).length;
}

/**
 * Refuses a name that is not its registrant's yet when that has as many as it may: what its grants say, and at most
 * what the hub gives each. Throws TOO_MANY_SERVERS. Who is anonymous has no limit but the hub's.
 */
export function checkOwned(
  registrant: Principal,
  before: EntryRecord | undefined,
  { catalogue, budgets }: { readonly catalogue: Catalogue; readonly budgets: BudgetBook },
  draft: WriteDraft,
): void {
  const { kind, id } = registrant;
  if (kind === "anonymous" || (before !== undefined && isOf(before, id))) return;
  const limit = budgets.limit("ownedServers");
  const most = Math.min(limit, policyOf(registrant).mostServers ?? limit);
  if (ownedBy(id, catalogue, draft) < most) return;
  budgets.refused("ownedServers");
  const source = most < limit ? "its grant says so" : settingOf("ownedServers");
  throw new HubError(
    "TOO_MANY_SERVERS",
    `${registrant.name ?? id} has registered ${most} servers, as many as it may (${source}). Remove some that are not needed (DELETE /servers/{id}), or register with another token.`,
    { retryAfterMs },
  );
}

/** Of whoever has most names: how many, and who that is. */
export function mostOwned(catalogue: Catalogue): { readonly used: number; readonly by?: string } {
  const owned = new Map<string, number>();
  for (const { record } of catalogue.list()) {
    const owners = record.instances.map(({ registeredBy }) => registeredBy);
    const actors = owners.length === 0 ? [record.lastRegisteredBy] : owners;
    const named = actors.filter((actor) => actor !== undefined && actor.kind !== "anonymous");
    for (const id of new Set(named.map((actor) => actor?.id ?? "")))
      owned.set(id, (owned.get(id) ?? 0) + 1);
  }
  const [first] = [...owned].sort(([, one], [, other]) => other - one);
  return first === undefined ? { used: 0 } : { used: first[1], by: first[0] };
}
