import { getTraffic, listCalls, type ServerTraffic, type TrafficRow } from "@hub/api";
import type { CallRecord, TrafficMinute } from "@hub/gateway";
import type { AppDeps, HubApp } from "./context.js";
import { serve } from "./serve.js";
import { instant } from "./views.js";

/** What the hub counts of the calls that go through its gateway. */
export type TrafficSource = {
  rows(serverId?: string): readonly TrafficRow[];
  /** The rows of each server as one. */
  servers(serverId?: string): readonly ServerTraffic[];
  /** The last hour, the oldest minute first. */
  minutes(serverId?: string): readonly TrafficMinute[];
  /** The last calls, newest first. */
  recent(limit: number, serverId?: string): readonly CallRecord[];
};

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
