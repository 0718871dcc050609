import { lifecycles, serverStatuses, transports } from "@hub/core";
import { z } from "zod";
import { admissionSchema } from "./admission-state.js";
import { credentialViewSchema } from "./credentials.js";
import { instant, nextCursor } from "./fields.js";
import { instanceDetailSchema, instanceSchema } from "./instance.js";

export const serverStatusSchema = z.enum(serverStatuses);

const capabilitiesSchema = z
  .object({
    hash: z.string(),
    era: z.enum(["modern", "legacy"]),
    protocolVersion: z.string(),
    keepsSessions: z
      .boolean()
      .describe("It gives out session ids, so what a call does may depend on earlier calls."),
    tools: z.number(),
    firstTools: z
      .array(z.string())
      .describe("The names of its first three tools, each cut to 100 characters."),
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

export const serverSummarySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    ...profile,
    transport: z.enum(transports),
    endpoint: z
      .string()
      .describe("Of the healthiest instance; of the last one, when all have left."),
    status: serverStatusSchema,
    hidden: z
      .literal(true)
      .optional()
      .describe("An operator hid it: lists, searches and /mcp show it only with ?hidden=true."),
    admission: admissionSchema
      .optional()
      .describe("Present while nobody let the server in. Then only admins see it."),
    instances: z.array(instanceSchema),
    capabilities: z
      .union([capabilitiesSchema, z.null()])
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
const editsSchema = z
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

export const serverDetailSchema = serverSummarySchema
  .extend({
    instances: z.array(instanceDetailSchema),
    serverInfo: z.record(z.string(), z.unknown()).optional(),
    instructions: z.string().optional(),
    warnings: z.array(z.string()),
    etag: z.string().describe("The value of the header ETag, for `If-Match` of a change."),
    lookAlikes: z
      .array(z.object({ id: z.string(), name: z.string() }))
      .optional()
      .describe("While it waits: other servers whose names people may take for this one."),
    edits: editsSchema
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
    credentials: z
      .array(credentialViewSchema)
      .optional()
      .describe(
        "What the hub proves itself with to the server, for its admins. Absent when that is nothing.",
      ),
  })
  .meta({ id: "ServerDetail" });

export const protectionSchema = z
  .object({ since: instant, reason: z.string() })
  .describe(
    "Present while most servers have fallen silent at once, when the hub marks none of them as down; and while the hub cannot use its store or is cut off from other hubs, when it refuses changes. What is listed is then what this hub knows.",
  );

export const serverListSchema = z
  .object({
    servers: z.array(serverSummarySchema),
    nextCursor,
    protection: protectionSchema.optional(),
  })
  .meta({ id: "ServerList" });

export type ServerSummary = z.output<typeof serverSummarySchema>;
export type ServerDetail = z.output<typeof serverDetailSchema>;
export type ServerList = z.output<typeof serverListSchema>;
