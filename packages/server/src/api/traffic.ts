import { getTraffic, listCalls } from "@hub/api";
import type { HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { seesServer } from "./seen.js";
import { serve } from "./serve.js";
import { instant } from "./views.js";

export function addTrafficRoutes(app: HubApp, { traffic, registry }: AppDeps): void {
  serve(app, getTraffic, (call) => {
    const { server } = call.query;
    const minutes = traffic
      .minutes(server)
      .map((minute) => ({ ...minute, at: instant(minute.at) }));
    const sees = seesServer(call.principal, registry);
    const isSeen = ({ serverId }: { readonly serverId: string }) => sees(serverId);
    return call.json(200, {
      rows: traffic.rows(server).filter(isSeen),
      servers: traffic.servers(server).filter(isSeen),
      minutes: server === undefined || sees(server) ? minutes : [],
    });
  });

  serve(app, listCalls, (call) => {
    const { server, limit } = call.query;
    const sees = seesServer(call.principal, registry);
    const calls = traffic
      .recent(limit, server)
      .filter(({ serverId }) => sees(serverId))
      .map((one) => ({ ...one, at: instant(one.at) }));
    return call.json(200, { calls });
  });
}
