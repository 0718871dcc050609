import { instanceStatuses, transports } from "@hub/core";
import { z } from "zod";
import { actorSchema } from "./admission-state.js";
import { instant } from "./fields.js";
import { findingSchema } from "./finding.js";

const instanceStatusSchema = z.enum(instanceStatuses);

export const instanceSchema = z
  .object({
    id: z.string(),
    endpoint: z
      .string()
      .describe("The URL it is reached at: as registered, or the candidate that answered."),
    transport: z.enum(transports),
    status: instanceStatusSchema,
    problem: findingSchema.optional().describe("Why it cannot be used, if the hub knows."),
  })
  .meta({ id: "Instance" });

export const instanceDetailSchema = instanceSchema
  .extend({
    registeredEndpoint: z.string(),
    candidates: z.array(z.string()),
    statusSince: instant,
    reason: z.string(),
    registeredAt: instant,
    lastRegisteredAt: instant.describe(
      "The last registration at its endpoint, including one that had to wait for a lease to end.",
    ),
    registeredFrom: z.string().optional().describe("The address it was registered from."),
    registeredBy: actorSchema
      .optional()
      .describe("Who registered it, where the hub knows who asks."),
    lastSeenAt: instant.describe(
      "The last sign of life: a registration, a heartbeat or a good probe.",
    ),
    lease: z
      .object({ ttlMs: z.number(), lastHeartbeatAt: instant.optional(), isLost: z.boolean() })
      .optional(),
    probe: z
      .object({
        at: instant,
        ok: z.boolean(),
        latencyMs: z.number(),
        nextInMs: z.number(),
        failures: z.number().describe("Failed probes in a row."),
        needsToken: z.boolean().optional(),
        era: z.enum(["modern", "legacy"]).optional(),
        protocolVersion: z.string().optional(),
        serverName: z.string().optional(),
        serverVersion: z.string().optional(),
        tried: z.array(z.object({ endpoint: z.string(), finding: findingSchema })).optional(),
      })
      .optional(),
    warnings: z.array(z.string()),
  })
  .meta({ id: "InstanceDetail" });

export type InstanceView = z.output<typeof instanceSchema>;
export type InstanceDetail = z.output<typeof instanceDetailSchema>;
