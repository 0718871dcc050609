import { endLease, renewLease } from "@hub/api";
import { parseOptionalJson } from "./body.js";
import type { HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { serve } from "./serve.js";

export function addLeaseRoutes(app: HubApp, { registry }: AppDeps): void {
  serve(app, renewLease, async (call) => {
    const sent = await parseOptionalJson(call.context.req.raw);
    const beat = sent === undefined ? {} : call.body(sent);
    return call.json(200, registry.renew(call.params.leaseId, beat));
  });

  serve(app, endLease, async (call) => {
    await registry.deregister(call.params.leaseId);
    return call.empty();
  });
}
