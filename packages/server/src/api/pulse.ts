import { getPulse, type Pulse } from "@hub/api";
import { type Instance, leadingInstance } from "@hub/core";
import { isHidden } from "@hub/core/shown";
import type { HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { protectionOf } from "./protection.js";
import { serve } from "./serve.js";
import { instant } from "./views.js";

const rounded = (ms: number) => Math.round(ms * 10) / 10;

function beatOf(instances: readonly Instance[]): Pulse["servers"][string] | undefined {
  const leading = leadingInstance(instances);
  if (leading === undefined) return undefined;
  return {
    lastSeenAt: instant(Math.max(...instances.map(({ health }) => health.aliveAtWall))),
    latenciesMs: leading.health.latenciesMs.map(rounded),
  };
}

export function addPulseRoute(app: HubApp, { sights, registry, hubs }: AppDeps): void {
  serve(app, getPulse, (call) => {
    const { admitted } = sights.of(call.principal);
    const showsHidden = call.query.hidden === "true";
    const beats = admitted.list().flatMap(({ record, instances }) => {
      if (isHidden(record) && !showsHidden) return [];
      const beat = beatOf(instances);
      return beat === undefined ? [] : [[record.id, beat] as const];
    });
    const at = instant(admitted.now().wall);
    return call.json(
      200,
      { at, servers: Object.fromEntries(beats), protection: protectionOf({ registry, hubs }) },
      { "cache-control": "no-store" },
    );
  });
}
