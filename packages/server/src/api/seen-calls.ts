import { may, type Principal, type SeenServers } from "@hub/core/access";

/** What something was counted of. */
export type Counted = {
  readonly serverId: string;
  readonly method: string;
  readonly name?: string | undefined;
};

/** Whether somebody sees what was counted of a tool, a prompt or a resource. */
export function seesCounted(seen: SeenServers, { serverId, method, name }: Counted): boolean {
  if (!seen.sees(serverId)) return false;
  if (seen.seesWhole(serverId)) return true;
  return method === "tools/call" && name !== undefined && seen.seesItem(serverId, "tools", name);
}

type Called = Counted & {
  readonly principal?: { readonly id: string } | undefined;
  readonly params?: string | undefined;
};

/** A call as somebody sees it: who made it, and what was asked, is for admins of the server and for whoever it was. */
export function seenCall<Call extends Called>(call: Call, asker: Principal): Call {
  const isOwn = call.principal?.id === asker.id;
  if (isOwn || may(asker, "admin", { id: call.serverId, tags: [] })) return call;
  const { principal, params, ...rest } = call;
  return rest as Call; // both may be missing
}
