import { z } from "zod";
import { lifecycles } from "./edits.js";
import { serverStatuses } from "./entry.js";
import { instanceStatuses } from "./health.js";
import { findingCodes, probeSteps } from "./probe.js";
import { transports } from "./registration.js";

/** What the hub's REST API answers, field by field. Instants are RFC 3339 in UTC. */

const instant = z.iso.datetime();

export const findingView = z
  .object({
    step: z.enum(probeSteps),
    code: z.enum(findingCodes),
    cause: z.string().describe("One sentence: what happened."),
    fix: z.string().describe("One sentence: what to do."),
    suggestion: z
      .object({ endpoint: z.string().optional(), transport: z.enum(transports).optional() })
      .optional(),
  })
  .meta({ id: "Finding" });

export const instanceStatusView = z.enum(instanceStatuses);
export const serverStatusView = z.enum(serverStatuses);

export const instanceView = z
  .object({
    id: z.string(),
    endpoint: z
      .string()
      .describe("The URL it is reached at: as registered, or the candidate that answered."),
    transport: z.enum(transports),
    status: instanceStatusView,
    problem: findingView.optional().describe("Why it cannot be used, if the hub knows."),
  })
  .meta({ id: "Instance" });

export const instanceDetailView = instanceView
  .extend({
    registeredEndpoint: z.string(),
    candidates: z.array(z.string()),
    statusSince: instant,
    reason: z.string(),
    registeredAt: instant,
    lastRegisteredAt: instant.describe(
      "The last registration at its endpoint, including one that had to wait for a lease to end.",
    ),
    registeredFrom: z.string().optional(),
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
        tried: z.array(z.object({ endpoint: z.string(), finding: findingView })).optional(),
      })
      .optional(),
    warnings: z.array(z.string()),
  })
  .meta({ id: "InstanceDetail" });

export const capabilitiesView = z
  .object({
    hash: z.string(),
    era: z.enum(["modern", "legacy"]),
    protocolVersion: z.string(),
    keepsSessions: z
      .boolean()
      .describe("It gives out session ids, so what a call does may depend on earlier calls."),
    tools: z.number(),
    resources: z.number(),
    resourceTemplates: z.number(),
    prompts: z.number(),
  })
  .meta({ id: "Capabilities" });

const profile = {
  title: z.string().optional(),
  description: z.string().optional(),
  version: z.string().optional(),
  tags: z.array(z.string()),
  owner: z.string().optional(),
  repository: z.string().optional(),
  websiteUrl: z.string().optional(),
  icons: z
    .array(
      z.object({
        src: z.string(),
        mimeType: z.string().optional(),
        sizes: z.array(z.string()).optional(),
        theme: z.enum(["light", "dark"]).optional(),
      }),
    )
    .optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  documentation: z.string().optional(),
  onCall: z.string().optional(),
  lifecycle: z.enum(lifecycles).optional(),
  replacedBy: z.string().optional().describe("The id of the server to use in its place."),
};

export const serverSummaryView = z
  .object({
    id: z.string(),
    name: z.string(),
    ...profile,
    transport: z.enum(transports),
    endpoint: z
      .string()
      .describe("Of the healthiest instance; of the last one, when all have left."),
    status: serverStatusView,
    hidden: z
      .literal(true)
      .optional()
      .describe("An operator hid it: lists, searches and /mcp show it only with ?hidden=true."),
    instances: z.array(instanceView),
    capabilities: z
      .union([capabilitiesView, z.null()])
      .describe("null until the hub has read them."),
    flapping: z
      .object({
        since: instant,
        changes: z.number().describe("How often it changed, or announced a change, since then."),
      })
      .optional()
      .describe(
        "Present while what it offers changes all the time. The hub then reads it less often.",
      ),
    revision: z.number(),
    registeredAt: instant,
    updatedAt: instant,
  })
  .meta({ id: "ServerSummary" });

/** As `editSchema`, without null: what is not said is not there. */
const editsView = z
  .object({
    title: z.string().optional(),
    description: z.string().optional(),
    tags: z.array(z.string()).optional(),
    owner: z.string().optional(),
    documentation: z.string().optional(),
    onCall: z.string().optional(),
    lifecycle: z.enum(lifecycles).optional(),
    replacedBy: z.string().optional(),
    hidden: z.boolean().optional(),
    callTimeoutMs: z.number().optional(),
    toolTimeoutsMs: z.record(z.string(), z.number()).optional(),
    maxInFlight: z.number().optional(),
  })
  .meta({ id: "Edits" });

export const serverDetailView = serverSummaryView
  .extend({
    instances: z.array(instanceDetailView),
    serverInfo: z.record(z.string(), z.unknown()).optional(),
    instructions: z.string().optional(),
    warnings: z.array(z.string()),
    etag: z.string().describe("The value of the header ETag, for `If-Match` of a change."),
    edits: editsView
      .optional()
      .describe("What an operator set. It replaces what the server says about itself."),
    registered: z
      .object({
        title: z.string().optional(),
        description: z.string().optional(),
        tags: z.array(z.string()).optional(),
        owner: z.string().optional(),
      })
      .optional()
      .describe("What the server says about itself, where an operator set something else."),
  })
  .meta({ id: "ServerDetail" });

export const serverListView = z
  .object({
    servers: z.array(serverSummaryView),
    nextCursor: z.string().optional(),
    protection: z
      .object({ since: instant, reason: z.string() })
      .optional()
      .describe(
        "Present while most servers have fallen silent at once. The hub then marks none of them as down.",
      ),
  })
  .meta({ id: "ServerList" });

export const pulseView = z
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
  })
  .meta({ id: "Pulse" });

export const leaseGrantView = z
  .object({
    id: z.string().describe("The proof of ownership. Keep it secret."),
    ttlMs: z.number(),
    heartbeatMs: z.number(),
  })
  .meta({ id: "LeaseGrant" });

export const registerAnswerView = z
  .object({
    server: serverSummaryView,
    instance: instanceView,
    lease: leaseGrantView.optional(),
    retryAfterMs: z
      .number()
      .optional()
      .describe(
        "Another lease is alive at this endpoint, and nothing proves that the server is yours. Nothing has changed yet. Send the registration again after this many milliseconds, at most one heartbeat interval.",
      ),
    warnings: z.array(z.string()),
    servers: z
      .array(serverSummaryView)
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

export const renewAnswerView = leaseGrantView.omit({ id: true });

export type FindingView = z.infer<typeof findingView>;
export type InstanceView = z.infer<typeof instanceView>;
export type InstanceDetail = z.infer<typeof instanceDetailView>;
export type ServerSummary = z.infer<typeof serverSummaryView>;
export type ServerDetail = z.infer<typeof serverDetailView>;
export type ServerList = z.infer<typeof serverListView>;
export type Pulse = z.infer<typeof pulseView>;
export type RegisterAnswer = z.infer<typeof registerAnswerView>;
export type RenewAnswer = z.infer<typeof renewAnswerView>;
