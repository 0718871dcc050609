import { registrationSchema } from "@hub/core";
import { z } from "zod";
import { proofHeaders } from "./fields.js";
import { instanceSchema } from "./instance.js";
import { defineRoute } from "./route.js";
import { serverSummarySchema } from "./server.js";

const leaseGrantSchema = z
  .object({
    id: z.string().describe("The proof of ownership. Keep it secret."),
    ttlMs: z.number(),
    heartbeatMs: z.number(),
  })
  .meta({ id: "LeaseGrant" });

const registerAnswerSchema = z
  .object({
    server: serverSummarySchema,
    instance: instanceSchema,
    lease: leaseGrantSchema.optional(),
    retryAfterMs: z
      .number()
      .optional()
      .describe(
        "Another lease is alive at this endpoint, and nothing proves that the server is yours. Nothing has changed yet. Send the registration again after this many milliseconds, at most one heartbeat interval.",
      ),
    warnings: z.array(z.string()),
    servers: z
      .array(serverSummarySchema)
      .optional()
      .describe("Only for a form post: the whole list."),
    nextCursor: z
      .string()
      .optional()
      .describe(
        "The cursor for `GET /servers` that gets the rest of the list, when one answer does not hold it.",
      ),
  })
  .meta({ id: "RegisterAnswer" });

const renewAnswerSchema = leaseGrantSchema.omit({ id: true }).extend({
  wantsLog: z
    .literal(true)
    .optional()
    .describe(
      "Somebody asked what is wrong with the server: send its last lines once, to PUT /leases/{leaseId}/log.",
    ),
});

export const registerServer = defineRoute({
  method: "post",
  path: "/register",
  tag: "Registration",
  access: "register",
  summary: "Register a server, or another instance of it",
  description:
    "When the answer arrives, the registration is on the disk. The answer never waits for the endpoint. Registering the same endpoint again updates the same instance. With `lease`, the hub grants a lease that heartbeats keep alive; without one, the hub's own probe decides. While another lease is alive at the same endpoint, a registration without proof gets `retryAfterMs` and no `lease`. It changes nothing until it is sent again after that lease has ended, was given back, or got no heartbeat for two intervals. Where the hub asks first (`MCP_HUB_ADMISSION=ask`), a name that nobody let in waits: the answer has `server.admission` and a warning, the lease lives, and only admins see the server.",
  headers: proofHeaders,
  body: {
    "application/json": registrationSchema,
    "application/x-www-form-urlencoded": registrationSchema,
    "multipart/form-data": registrationSchema,
  },
  answers: {
    200: {
      description:
        "The hub knew the instance. With `retryAfterMs`, nothing has changed yet: send the registration again.",
      content: { "application/json": registerAnswerSchema },
    },
    201: {
      description: "The name or the instance is new.",
      content: { "application/json": registerAnswerSchema },
    },
  },
  errors: [
    "INVALID_REQUEST",
    "ORIGIN_REFUSED",
    "NAME_TAKEN",
    "ADMISSION_REFUSED",
    "REVISION_CONFLICT",
    "BODY_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "ENDPOINT_REFUSED",
    "STORE_UNAVAILABLE",
    "TOO_MANY_SERVERS",
    "REGISTRY_FULL",
  ],
});

const beatSchema = z.strictObject({
  capabilitiesHash: z
    .string()
    .min(1, "must not be empty")
    .max(128, "must be at most 128 characters")
    .optional(),
  draining: z.boolean().optional(),
});

const leaseParams = z.object({ leaseId: z.string() });

export const renewLease = defineRoute({
  method: "put",
  path: "/leases/{leaseId}",
  tag: "Registration",
  access: "lease",
  summary: "Heartbeat: keep a lease alive",
  description:
    "`capabilitiesHash` is any text that changes when the server's tools change; the hub then reads them again at once. `draining` says that the server is about to stop.",
  params: leaseParams,
  body: { "application/json": beatSchema },
  isBodyOptional: true,
  answers: {
    200: { description: "Renewed.", content: { "application/json": renewAnswerSchema } },
  },
  errors: ["INVALID_REQUEST", "LEASE_UNKNOWN", "UNSUPPORTED_MEDIA_TYPE", "BODY_TOO_LARGE"],
});

export const endLease = defineRoute({
  method: "delete",
  path: "/leases/{leaseId}",
  tag: "Registration",
  access: "lease",
  summary: "Deregister the instance that holds the lease",
  description:
    "The name stays in the catalogue, with the status `down`. A lease that was replaced is unknown, and ending it does not affect the new one. If another process has registered at the same endpoint meanwhile, the instance stays listed, without a lease.",
  params: leaseParams,
  answers: { 204: { description: "The lease has ended." } },
  errors: ["LEASE_UNKNOWN", "STORE_UNAVAILABLE"],
});

export type RegisterAnswer = z.output<typeof registerAnswerSchema>;
export type RenewAnswer = z.output<typeof renewAnswerSchema>;
