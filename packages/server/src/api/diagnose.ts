import { diagnoseEndpoint } from "@hub/api";
import { HubError } from "@hub/core";
import { parseJson } from "./body.js";
import type { HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { serve } from "./serve.js";

/** Diagnoses make the hub dial what a caller names; a flood of them must not. */
const mostAtOnce = 8;

function busy(): HubError {
  return new HubError("TOO_MANY_REQUESTS", `The hub makes ${mostAtOnce} diagnoses at a time.`, {
    retryAfterMs: 5_000,
  });
}

export function addDiagnoseRoute(app: HubApp, deps: AppDeps): void {
  let running = 0;
  serve(app, diagnoseEndpoint, async (call) => {
    const { raw } = call.context.req;
    const { endpoint, transport, name } = call.body(await parseJson(raw));
    deps.checkEndpoint(endpoint);
    if (running >= mostAtOnce) throw busy();
    const signal = AbortSignal.any([raw.signal, deps.stopping]);
    running += 1;
    try {
      return call.json(200, await deps.diagnose({ endpoint, transport, name, signal }));
    } finally {
      running -= 1;
    }
  });
}
