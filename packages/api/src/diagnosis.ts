import { registrationSchema, transports } from "@hub/core";
import { longestLogBytes, mostLogLines, verdictCodes } from "@hub/core/diagnosis";
import { probeSteps } from "@hub/core/probing";
import { z } from "zod";
import { instant } from "./fields.js";
import { findingSchema } from "./finding.js";
import { defineRoute, type Unchanging } from "./route.js";
import { serverStatusSchema } from "./server.js";
import { callSchema } from "./traffic.js";

const verdictProblemSchema = z
  .object({
    severity: z
      .enum(["fault", "warning"])
      .describe("`fault`: the server cannot be used because of it. `warning`: it can."),
    code: z.enum(verdictCodes),
    step: z.enum(probeSteps).optional().describe("How far the hub came."),
    endpoint: z.string().optional().describe("Of the instance that it is about."),
    cause: z.string().describe("What happened."),
    fix: z.string().describe("What to do."),
    suggestion: findingSchema.shape.suggestion,
  })
  .meta({ id: "VerdictProblem" });

const serverLogSchema = z
  .object({
    instanceId: z.string(),
    at: instant.describe("When the hub got it."),
    ageMs: z.number(),
    lines: z.array(z.string()).describe("The oldest first."),
  })
  .meta({ id: "ServerLog" });

/** What the hub knows of one server, when it is asked about one that is registered. */
const examinedServerSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    status: serverStatusSchema,
    since: instant.optional().describe("Since when its leading instance has its status."),
    instances: z.number(),
  })
  .meta({ id: "ExaminedServer" });

const changeSchema = z
  .object({
    at: instant,
    kind: z.string(),
    text: z.string().describe("Goes on after the name of the server."),
    fix: z.string().optional(),
  })
  .meta({ id: "Change" });

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
    summary: z.string().describe("The verdict in one sentence or two."),
    problems: z
      .array(verdictProblemSchema)
      .describe("All that the hub found wrong, faults first. Empty when nothing is."),
    servers: z
      .array(examinedServerSchema)
      .describe("The server, or those that are registered at the endpoint."),
    calls: z.array(callSchema).describe("The last calls through the hub, newest first."),
    changes: z.array(changeSchema).describe("What happened to it, newest first."),
    logs: z
      .array(serverLogSchema)
      .describe("The last lines of its processes, as far as the hub has them. The newest first."),
    isLogWanted: z
      .boolean()
      .describe(
        "The hub asks for newer lines with the next heartbeat. This answer waits for none.",
      ),
  })
  .meta({ id: "Diagnosis" });

export const diagnoseEndpoint = defineRoute({
  method: "post",
  path: "/diagnose",
  tag: "Diagnosis",
  access: "call",
  summary: "Find out why a server or an endpoint does not work",
  description:
    "Name a `server` by its id or name, or an `endpoint`. The hub examines the endpoint step by step within 3 seconds, adds what it knows (calls, changes, the server's own last lines), and says what is wrong and what to do. It registers nothing.",
  body: {
    "application/json": z.strictObject({
      server: z
        .string()
        .min(1, "must not be empty")
        .max(200, "must be at most 200 characters")
        .optional()
        .describe("The id or the name of a registered server."),
      endpoint: registrationSchema.shape.endpoint.optional(),
      transport: registrationSchema.shape.transport
        .optional()
        .describe("Of the endpoint. Default: streamable-http."),
      name: registrationSchema.shape.name
        .optional()
        .describe("The name that the server at the endpoint should have."),
    }),
  },
  answers: {
    200: {
      description: "The verdict, with every step and all that belongs to it.",
      content: { "application/json": diagnosisSchema },
    },
  },
  errors: [
    "INVALID_REQUEST",
    "SERVER_NOT_FOUND",
    "TOO_MANY_REQUESTS",
    "ENDPOINT_REFUSED",
    "UNSUPPORTED_MEDIA_TYPE",
    "BODY_TOO_LARGE",
  ],
});

export const sendLog = defineRoute({
  method: "put",
  path: "/leases/{leaseId}/log",
  tag: "Registration",
  access: "lease",
  summary: "Send the last lines that the server printed",
  description: `For whoever asks why the server does not work. Sent when a heartbeat was answered with \`wantsLog\`, and unasked when the process ended or the hub cannot reach it. Plain text of at most ${longestLogBytes} bytes; the hub keeps the last ${mostLogLines} lines in memory until the instance is gone, and shows them in diagnoses only. Leave out secrets: the hub cannot know them.`,
  params: z.object({ leaseId: z.string() }),
  body: { "text/plain": z.string() },
  answers: { 204: { description: "The hub has it." } },
  errors: ["INVALID_REQUEST", "LEASE_UNKNOWN", "UNSUPPORTED_MEDIA_TYPE", "BODY_TOO_LARGE"],
});

export type Diagnosis = Unchanging<z.output<typeof diagnosisSchema>>;
