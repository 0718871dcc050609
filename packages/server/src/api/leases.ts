import { renewAnswerView } from "@hub/core";
import { z } from "zod";
import { parseOptionalJson } from "./body.js";
import type { AppDeps, HubApp } from "./context.js";
import { document } from "./openapi.js";
import { parseWith } from "./problem.js";

const beatSchema = z.strictObject({
  capabilitiesHash: z
    .string()
    .min(1, "must not be empty")
    .max(128, "must be at most 128 characters")
    .optional(),
  draining: z.boolean().optional(),
});

const params = z.object({ leaseId: z.string() });

export function addLeaseRoutes(app: HubApp, { registry }: AppDeps): void {
  document(app, {
    method: "put",
    path: "/leases/{leaseId}",
    tag: "Registration",
    summary: "Heartbeat: keep a lease alive",
    description:
      "`capabilitiesHash` is any text that changes when the server's tools change; the hub then reads them again at once. `draining` says that the server is about to stop.",
    params,
    body: { "application/json": beatSchema },
    isBodyOptional: true,
    responses: {
      200: { description: "Renewed.", content: { "application/json": renewAnswerView } },
    },
    errors: ["INVALID_REQUEST", "LEASE_UNKNOWN", "UNSUPPORTED_MEDIA_TYPE", "BODY_TOO_LARGE"],
  });
  app.put("/leases/:leaseId", async (context) => {
    const body = await parseOptionalJson(context.req.raw);
    const said = body === undefined ? {} : parseWith(beatSchema, body);
    return context.json(registry.renew(context.req.param("leaseId"), said));
  });

  document(app, {
    method: "delete",
    path: "/leases/{leaseId}",
    tag: "Registration",
    summary: "Deregister the instance that holds the lease",
    description:
      "The name stays in the catalogue, with the status `down`. A lease that was replaced is unknown, and ending it does not affect the new one. If another process has registered at the same endpoint meanwhile, the instance stays listed, without a lease.",
    params,
    responses: { 204: { description: "The lease has ended." } },
    errors: ["LEASE_UNKNOWN", "STORE_UNAVAILABLE"],
  });
  app.delete("/leases/:leaseId", async (context) => {
    await registry.deregister(context.req.param("leaseId"));
    return context.body(null, 204);
  });
}
