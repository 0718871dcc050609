import { getMetrics } from "@hub/api";
import { hubMetrics } from "../metrics/hub-metrics.js";
import { prometheusText, prometheusType } from "../metrics/prometheus-text.js";
import type { HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { serve } from "./serve.js";

export function addMetricsRoute(app: HubApp, deps: AppDeps): void {
  serve(app, getMetrics, ({ context, principal }) =>
    context.body(prometheusText(hubMetrics(deps, deps.sights.of(principal))), 200, {
      "content-type": prometheusType,
      "cache-control": "no-store",
    }),
  );
}
