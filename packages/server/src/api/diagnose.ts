import { HubError, registrationSchema } from "@hub/core";
import { z } from "zod";
import { parseJson } from "./body.js";
import type { AppDeps, HubApp } from "./context.js";
import { document } from "./openapi.js";
import { parseWith } from "./problem.js";

const request = z.strictObject({
  endpoint: registrationSchema.shape.endpoint,
  transport: registrationSchema.shape.transport.optional().describe("Default: streamable-http."),
  name: registrationSchema.shape.name.optional().describe("The name the server should have."),
});

/** Diagnoses make the hub dial what a caller names; a flood of them must not. */
const mostAtOnce = 8;

function busy(): HubError {
  return new HubError("TOO_MANY_REQUESTS", `The hub makes ${mostAtOnce} diagnoses at a time.`, {
    retryAfterMs: 5_000,
  });
}

export function addDiagnoseRoute(app: HubApp, deps: AppDeps): void {
  let running = 0;
  document(app, {
    method: "post",
    path: "/diagnose",
    tag: "Diagnosis",
    summary: "Find out why an endpoint does not work",
    description:
      "The hub examines the endpoint step by step, and says which step failed, why, and what to do. It registers nothing.",
    body: { "application/json": request },
    responses: {
      200: {
        description: "Every step, and a finding if one failed.",
        content: {
          "application/json": z
            .object({ ok: z.boolean(), steps: z.array(z.record(z.string(), z.unknown())) })
            .loose(),
        },
      },
    },
    errors: [
      "INVALID_REQUEST",
      "TOO_MANY_REQUESTS",
      "ENDPOINT_REFUSED",
      "TOO_MANY_REQUESTS",
      "UNSUPPORTED_MEDIA_TYPE",
      "BODY_TOO_LARGE",
    ],
  });
  app.post("/diagnose", async (context) => {
    const { endpoint, transport, name } = parseWith(request, await parseJson(context.req.raw));
    deps.checkEndpoint(endpoint);
    if (running >= mostAtOnce) throw busy();
    const signal = AbortSignal.any([context.req.raw.signal, deps.stopping]);
    running += 1;
    try {
      return context.json(await deps.diagnose({ endpoint, transport, name, signal }));
    } finally {
      running -= 1;
    }
  });
}
