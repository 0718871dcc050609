import { getTraffic, listCalls } from "@hub/api";
import type { HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { seenCall, seesCounted } from "./seen-calls.js";
import { serve } from "./serve.js";
import { instant } from "./views.js";

export function addTrafficRoutes(app: HubApp, { traffic, sights }: AppDeps): void {
  serve(app, getTraffic, (call) => {
    const { server } = call.query;
    const seen = sights.of(call.principal);
    const isWhole = (serverId: string) => seen.sees(serverId) && seen.seesWhole(serverId);
    const servers = traffic.servers(server);
    // Of all servers together only for whoever might see any: what is not shown could be reckoned out of a sum. Of
    // one, the same for one that it does not see and one that does not exist.
    const hasMinutes = server === undefined ? seen.policy.mayWithAll("read") : isWhole(server);
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
