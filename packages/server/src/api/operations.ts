import { getHealth, getReadiness, getVersion } from "@hub/api";
import { HubError } from "@hub/core";
import { policyOf } from "@hub/core/access";
import { requireMay } from "../access/refusals.js";
import type { HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { serve } from "./serve.js";
import { instant } from "./views.js";

export function addOperationRoutes(
  app: HubApp,
  { budgets, registry, admitted, info, stopping }: AppDeps,
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
    });
  });

  serve(app, getReadiness, async (call) => {
    if (stopping.aborted)
      throw new HubError("SHUTTING_DOWN", "The hub is stopping.", { retryAfterMs: 5_000 });
    await registry.oldestSeq();
    if (!policyOf(call.principal).mayWithAll("read")) return call.json(200, { status: "ready" });
    const { isActive, since } = registry.protection;
    return call.json(200, {
      status: "ready",
      servers: admitted.list().length,
      protection: { isActive, ...(since === undefined ? {} : { since: instant(since) }) },
    });
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
