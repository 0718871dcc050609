import { type Instance, isHidden, leadingInstance, type Pulse, pulseView } from "@hub/core";
import { z } from "zod";
import type { AppDeps, HubApp } from "./context.js";
import { document } from "./openapi.js";
import { readQuery } from "./query.js";
import { hiddenQuery } from "./server-list.js";
import { instant } from "./views.js";

const query = z.strictObject({ hidden: hiddenQuery });

const rounded = (ms: number) => Math.round(ms * 10) / 10;

function beatOf(instances: readonly Instance[]): Pulse["servers"][string] | undefined {
  const leading = leadingInstance(instances);
  if (leading === undefined) return undefined;
  return {
    lastSeenAt: instant(Math.max(...instances.map(({ health }) => health.aliveAtWall))),
    latenciesMs: leading.health.latenciesMs.map(rounded),
  };
}

export function addPulseRoute(app: HubApp, { registry }: AppDeps): void {
  document(app, {
    method: "get",
    path: "/pulse",
    tag: "Catalogue",
    summary: "When each server was last seen, and how quickly it answers",
    description:
      "Heartbeats and probes change these values all the time, so `GET /servers` leaves them out. Servers without instances are not listed here.",
    query,
    errors: ["INVALID_REQUEST"],
    responses: { 200: { description: "By id.", content: { "application/json": pulseView } } },
  });
  app.get("/pulse", (context) => {
    const showsHidden = readQuery(context, query).hidden === "true";
    const beats = registry.list().flatMap(({ record, instances }) => {
      if (isHidden(record) && !showsHidden) return [];
      const beat = beatOf(instances);
      return beat === undefined ? [] : [[record.id, beat] as const];
    });
    const pulse: Pulse = { at: instant(registry.now().wall), servers: Object.fromEntries(beats) };
    return context.json(pulse, 200, { "cache-control": "no-store" });
  });
}
