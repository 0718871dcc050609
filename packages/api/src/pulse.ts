import { z } from "zod";
import { hiddenQuery, instant } from "./fields.js";
import { defineRoute } from "./route.js";
import { protectionSchema } from "./server.js";

const pulseSchema = z
  .object({
    at: instant,
    servers: z.record(
      z.string(),
      z.object({
        lastSeenAt: instant.describe("The last sign of life of any of its instances."),
        latenciesMs: z
          .array(z.number())
          .describe("How long the last good probes of its leading instance took, oldest first."),
      }),
    ),
    protection: protectionSchema.optional(),
  })
  .meta({ id: "Pulse" });

export const getPulse = defineRoute({
  method: "get",
  path: "/pulse",
  tag: "Catalogue",
  access: "read",
  summary: "When each server was last seen, and how quickly it answers",
  description:
    "Heartbeats and probes change these values all the time, so `GET /servers` leaves them out. Servers without instances are not listed here.",
  query: z.strictObject({ hidden: hiddenQuery }),
  answers: { 200: { description: "By id.", content: { "application/json": pulseSchema } } },
  errors: ["INVALID_REQUEST"],
});

export type Pulse = z.output<typeof pulseSchema>;
