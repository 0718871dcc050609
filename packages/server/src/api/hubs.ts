import { type HubView, listHubs } from "@hub/api";
import { policyOf } from "@hub/core/access";
import { hubTimes } from "@hub/core/storage";
import { tidying } from "../hubs/hubs.js";
import type { HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { serve } from "./serve.js";
import { instant } from "./views.js";

export function addHubRoute(app: HubApp, { hubs, registry, info }: AppDeps): void {
  const known = (): (HubView & { readonly servers: number })[] => {
    const servers = registry.list();
    const { wall } = registry.now();
    if (hubs === undefined)
      return [
        {
          id: info.hubId,
          isSelf: true,
          version: info.version,
          startedAt: instant(info.startedAt),
          lastSeenAt: instant(wall),
          state: "working",
          isLeader: true,
          servers: servers.length,
        },
      ];
    const probed = new Map<string | undefined, number>();
    for (const { record } of servers) {
      const owner = hubs.ownerOf(record.id);
      probed.set(owner, (probed.get(owner) ?? 0) + 1);
    }
    const leader = hubs.ownerOf(tidying);
    return hubs
      .list()
      .map(({ id, address, version, startedAt, seenAgoMs, isMember, hasAnotherKey }) => ({
        id,
        isSelf: id === info.hubId,
        ...(address === undefined ? {} : { address }),
        version,
        startedAt: instant(startedAt),
        lastSeenAt: instant(wall - seenAgoMs),
        state: isMember ? "working" : seenAgoMs > hubTimes.gone ? "silent" : "joining",
        isLeader: id === leader,
        ...(hasAnotherKey === true ? { hasAnotherKey } : {}),
        servers: probed.get(id) ?? 0,
      }));
  };

  serve(app, listHubs, (call) => {
    const seesAll = policyOf(call.principal).mayWithAll("read");
    const shown = known().map(({ servers, ...hub }) => (seesAll ? { ...hub, servers } : hub));
    return call.json(200, { hubs: shown }, { "cache-control": "no-store" });
  });
}
