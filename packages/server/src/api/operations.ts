import { getHealth, getReadiness, getVersion, listSettings } from "@hub/api";
import { HubError } from "@hub/core";
import { policyOf } from "@hub/core/access";
import { requireMay } from "../access/refusals.js";
import { anotherKeyText } from "../credentials/shared-key.js";
import type { HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { serve } from "./serve.js";
import { instant } from "./views.js";

export function addOperationRoutes(
  app: HubApp,
  { budgets, retention, registry, admitted, info, hubs, readiness, settings, stopping }: AppDeps,
): void {
  serve(app, getHealth, (call) => {
    const { verbose = "false" } = call.query;
    if (verbose === "false") return call.json(200, { status: "ok" });
    requireMay(call.principal, "admin", "hub");
    const { rss, heapUsed } = process.memoryUsage();
    return call.json(200, {
      status: "ok",
      memory: { residentBytes: rss, heapBytes: heapUsed },
      budgets: budgets.report(),
      retention,
    });
  });

  serve(app, getReadiness, async (call) => {
    if (stopping.aborted)
      throw new HubError("SHUTTING_DOWN", "The hub is stopping.", { retryAfterMs: 5_000 });
    await readiness.check();
    if (!policyOf(call.principal).mayWithAll("read")) return call.json(200, { status: "ready" });
    const { isActive, since } = registry.protection;
    return call.json(200, {
      status: "ready",
      servers: admitted.list().length,
      ...(hubs?.hasAnotherKey === true ? { anotherKey: anotherKeyText } : {}),
      protection: { isActive, ...(since === undefined ? {} : { since: instant(since) }) },
    });
  });

  serve(app, listSettings, (call) => {
    requireMay(call.principal, "admin", "hub");
    return call.json(200, { settings: settings() }, { "cache-control": "no-store" });
  });

  serve(app, getVersion, (call) =>
    call.json(200, {
      name: "mcp-hub",
      version: info.version,
      startedAt: instant(info.startedAt),
      pid: info.pid,
    }),
  );
}
