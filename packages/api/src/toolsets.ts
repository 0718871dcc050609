import { toolsetSchema } from "@hub/core";
import { z } from "zod";
import { ifMatchHeaders, instant } from "./fields.js";
import { defineRoute } from "./route.js";

const tools = z.array(z.string()).describe("Each <server id>/<tool name> or <server id>/*.");

const unknownServers = z
  .array(z.string())
  .describe("Ids that it names and no server has now. Such a server joins when it registers.");

const toolsetViewSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string().optional(),
    servers: z.array(z.string()).describe("Ids. Empty: all."),
    tags: z.array(z.string()).describe("A server must have one of them. Empty: any."),
    allow: tools.optional().describe("Only these tools. Absent: all."),
    deny: tools,
    overrides: z
      .record(
        z.string(),
        z.object({
          name: z.string().optional(),
          title: z.string().optional(),
          description: z.string().optional(),
        }),
      )
      .describe("By <server id>/<tool name>."),
    prefix: toolsetSchema.shape.prefix.unwrap(),
    mode: toolsetSchema.shape.mode.unwrap(),
    repeat: toolsetSchema.shape.repeat,
    revision: z.number(),
    createdAt: instant,
    updatedAt: instant,
    url: z.string().describe("The path of its MCP endpoint on this hub."),
    unknownServers,
  })
  .meta({ id: "Toolset" });

const toolsetListSchema = z
  .object({ toolsets: z.array(toolsetViewSchema) })
  .meta({ id: "ToolsetList" });

/** What the endpoint of a toolset would show. */
const toolsetPreviewSchema = z
  .object({
    tools: z
      .array(
        z.object({
          name: z.string().describe("As clients see it."),
          title: z.string().optional(),
          description: z.string().optional(),
          serverId: z.string(),
          tool: z.string().describe("As its server calls it."),
        }),
      )
      .describe(
        "The tools of the toolset, in the order of its list. In search mode, clients find and call these, and their list is `hubTools`.",
      ),
    toolCount: z
      .number()
      .describe("How many `tools` there are, also when `limit` cuts them short."),
    hubTools: z.array(z.string()).describe("The hub's own tools that its list shows."),
    dropped: z
      .array(
        z.object({
          name: z.string(),
          servers: z.array(z.string()),
          reason: z.string().describe("Why clients cannot have it, and what to do."),
        }),
      )
      .describe("Tools that the toolset selects but clients cannot have."),
    unknownTools: z
      .array(z.string())
      .describe("Each <server id>/<tool name> it names that this server does not have now."),
    missing: z
      .array(
        z.object({
          server: z.string(),
          name: z.string().optional(),
          status: z.string(),
          listed: z.boolean().describe("Whether the list still contains what it offered last."),
          since: z.string().optional(),
          reason: z.string(),
        }),
      )
      .describe("Selected servers that cannot be asked now."),
    prompts: z.number(),
    resources: z.number(),
    resourceTemplates: z.number(),
    bytes: z.number().describe("The list of tools as JSON."),
    tokens: z
      .object({
        listed: z.number().describe("The list as defined."),
        all: z.number().describe("With mode all."),
        search: z.number().describe("With mode search."),
        everything: z.number().describe("Of `/mcp`, which shows every tool of every server."),
      })
      .describe(
        "About what a list of tools costs a model to read: four characters of JSON count as one token.",
      ),
    unknownServers,
  })
  .meta({ id: "ToolsetPreview" });

const params = z.object({ id: z.string().describe("The id of a toolset, as in GET /toolsets.") });
const headers = ifMatchHeaders("toolset");
const body = { "application/json": toolsetSchema } as const;
const unreadable = ["INVALID_REQUEST", "UNSUPPORTED_MEDIA_TYPE", "BODY_TOO_LARGE"] as const;

const one = (description: string) => ({
  description,
  content: { "application/json": toolsetViewSchema },
});

export const listToolsets = defineRoute({
  method: "get",
  path: "/toolsets",
  tag: "Toolsets",
  access: "read",
  summary: "List the toolsets",
  answers: {
    200: {
      description: "All of them, ordered by id.",
      content: { "application/json": toolsetListSchema },
    },
  },
});

export const createToolset = defineRoute({
  method: "post",
  path: "/toolsets",
  tag: "Toolsets",
  access: "admin",
  summary: "Create a toolset",
  description:
    "It gets an MCP endpoint of its own, `url`. A server it names need not exist yet; `unknownServers` says which do not.",
  body,
  answers: { 201: one("Created. `Location` is its URL.") },
  errors: [
    ...unreadable,
    "TOOLSET_TAKEN",
    "REGISTRY_FULL",
    "REVISION_CONFLICT",
    "STORE_UNAVAILABLE",
  ],
});

export const previewToolset = defineRoute({
  method: "post",
  path: "/toolsets/preview",
  tag: "Toolsets",
  access: "read",
  summary: "Preview a toolset without saving it",
  description:
    "Takes the same definition as POST /toolsets; `name` may be absent. The answer shows what clients of the endpoint would see now.",
  query: z.strictObject({
    limit: z.coerce
      .number()
      .int()
      .min(0)
      .max(100_000)
      .optional()
      .describe("The most tools in the answer. The counts are always of all tools. Default: all."),
  }),
  // People see it while they type, and may not have typed a name yet.
  body: { "application/json": toolsetSchema.partial({ name: true }) },
  answers: {
    200: {
      description: "What the endpoint would show, and what that costs a model.",
      content: { "application/json": toolsetPreviewSchema },
    },
  },
  errors: unreadable,
});

export const getToolset = defineRoute({
  method: "get",
  path: "/toolsets/{id}",
  tag: "Toolsets",
  access: "read",
  summary: "One saved selection",
  params,
  answers: { 200: one("The toolset; its ETag is for If-Match.") },
  errors: ["TOOLSET_NOT_FOUND"],
});

export const replaceToolset = defineRoute({
  method: "put",
  path: "/toolsets/{id}",
  tag: "Toolsets",
  access: "admin",
  summary: "Replace the definition of a toolset",
  description:
    "Send the whole definition; members that you leave out get their defaults. You can edit an answer of the hub and send it back: the hub ignores what it has added. Sending the same definition again changes nothing.",
  params,
  headers,
  body,
  answers: { 200: one("The toolset as it is now.") },
  errors: [
    ...unreadable,
    "TOOLSET_NOT_FOUND",
    "PRECONDITION_FAILED",
    "REVISION_CONFLICT",
    "STORE_UNAVAILABLE",
  ],
});

export const deleteToolset = defineRoute({
  method: "delete",
  path: "/toolsets/{id}",
  tag: "Toolsets",
  access: "admin",
  summary: "Delete a toolset",
  params,
  headers,
  answers: { 204: { description: "The toolset and its MCP endpoint are deleted." } },
  errors: ["TOOLSET_NOT_FOUND", "PRECONDITION_FAILED", "REVISION_CONFLICT", "STORE_UNAVAILABLE"],
});

export type ToolsetView = z.output<typeof toolsetViewSchema>;
export type ToolsetList = z.output<typeof toolsetListSchema>;
export type ToolsetPreview = z.output<typeof toolsetPreviewSchema>;
