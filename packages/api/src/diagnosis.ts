import { registrationSchema, transports } from "@hub/core";
import { probeSteps } from "@hub/core/probing";
import { z } from "zod";
import { findingSchema } from "./finding.js";
import { defineRoute } from "./route.js";

const diagnosisSchema = z
  .object({
    ok: z.boolean().describe("The hub can use the server as it is, or could if it had a token."),
    endpoint: z.string(),
    transport: z.enum(transports),
    steps: z.array(
      z.object({
        step: z.enum(probeSteps),
        state: z.enum(["ok", "failed", "skipped"]),
        detail: z.string().describe("What was seen."),
        ms: z.number(),
      }),
    ),
    finding: findingSchema
      .optional()
      .describe(
        "What to fix. May be present when `ok` is true: for another transport than you gave, or for a token that clients need.",
      ),
    warnings: z.array(z.string()),
    answered: z
      .object({
        transport: z.enum(transports),
        needsToken: z.boolean(),
        era: z.enum(["modern", "legacy"]).optional(),
        protocolVersion: z.string().optional(),
        supportedVersions: z.array(z.string()).optional(),
        serverName: z.string().optional(),
        serverVersion: z.string().optional(),
      })
      .optional()
      .describe("What the server said of itself, if it answered."),
  })
  .meta({ id: "Diagnosis" });

export const diagnoseEndpoint = defineRoute({
  method: "post",
  path: "/diagnose",
  tag: "Diagnosis",
  summary: "Find out why an endpoint does not work",
  description:
    "The hub examines the endpoint step by step, and says which step failed, why, and what to do. It registers nothing.",
  body: {
    "application/json": z.strictObject({
      endpoint: registrationSchema.shape.endpoint,
      transport: registrationSchema.shape.transport
        .optional()
        .describe("Default: streamable-http."),
      name: registrationSchema.shape.name.optional().describe("The name the server should have."),
    }),
  },
  answers: {
    200: {
      description: "Every step, and a finding if one failed.",
      content: { "application/json": diagnosisSchema },
    },
  },
  errors: [
    "INVALID_REQUEST",
    "TOO_MANY_REQUESTS",
    "ENDPOINT_REFUSED",
    "UNSUPPORTED_MEDIA_TYPE",
    "BODY_TOO_LARGE",
  ],
});

export type Diagnosis = z.output<typeof diagnosisSchema>;
