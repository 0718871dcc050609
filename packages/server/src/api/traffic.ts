import { getTraffic, listCalls } from "@hub/api";
import { may, type Principal, type SeenServers } from "@hub/core/access";
import type { HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { serve } from "./serve.js";
import { instant } from "./views.js";

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

export function addTrafficRoutes(app: HubApp, { traffic, sights }: AppDeps): void {
  serve(app, getTraffic, (call) => {
    const { server } = call.query;
    const seen = sights.of(call.principal);
    const isWhole = (serverId: string) => seen.sees(serverId) && seen.seesWhole(serverId);
    const servers = traffic.servers(server);
    // Of all servers together only where it sees all: what is not shown could be reckoned out of a sum.
    const hasMinutes = servers.every(({ serverId }) => isWhole(serverId));
    const minutes = hasMinutes ? traffic.minutes(server) : [];
    return call.json(200, {
      rows: traffic.rows(server).filter((row) => seesCounted(seen, row)),
      servers: servers.filter(({ serverId }) => isWhole(serverId)),
      minutes: minutes.map((minute) => ({ ...minute, at: instant(minute.at) })),
    });
  });

  serve(app, listCalls, (call) => {
    const { server, limit } = call.query;
    const { principal } = call;
    const seen = sights.of(principal);
    const calls = traffic
      .recent(limit, server, (one) => seesCounted(seen, one))
      .map((one) => ({ ...seenCall(one, principal), at: instant(one.at) }));
    return call.json(200, { calls });
  });
}
