import { getTraffic, listCalls } from "@hub/api";
import type { HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { serve } from "./serve.js";
import { instant } from "./views.js";

export function addTrafficRoutes(app: HubApp, { traffic }: AppDeps): void {
  serve(app, getTraffic, (call) => {
    const { server } = call.query;
    const minutes = traffic
      .minutes(server)
      .map((minute) => ({ ...minute, at: instant(minute.at) }));
    const rows = traffic.rows(server);
    return call.json(200, { rows, servers: traffic.servers(server), minutes });
  });

  serve(app, listCalls, (call) => {
    const { server, limit } = call.query;
    const calls = traffic.recent(limit, server).map((one) => ({ ...one, at: instant(one.at) }));
    return call.json(200, { calls });
  });
}
