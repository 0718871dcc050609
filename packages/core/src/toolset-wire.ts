import { z } from "zod";

/** What the REST API answers about toolsets. Instants are RFC 3339 in UTC. */

const tools = z.array(z.string()).describe("Each <server id>/<tool name> or <server id>/*.");

export const toolsetView = z
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
    prefix: z.enum(["always", "never"]),
    mode: z.enum(["all", "search"]),
    revision: z.number(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    url: z.string().describe("The path of its MCP endpoint on this hub."),
    unknownServers: z
      .array(z.string())
      .describe("Ids that it names and no server has now. Such a server joins when it registers."),
  })
  .meta({ id: "Toolset" });

export const toolsetListView = z
  .object({ toolsets: z.array(toolsetView) })
  .meta({ id: "ToolsetList" });

export type ToolsetView = z.infer<typeof toolsetView>;
export type ToolsetList = z.infer<typeof toolsetListView>;

/** What the endpoint of a toolset would show. */
const previewOfGateway = z.object({
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
  toolCount: z.number().describe("How many `tools` there are, also when `limit` cuts them short."),
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
});

export const toolsetPreviewView = previewOfGateway
  .extend({
    unknownServers: z.array(z.string()).describe("Ids that it names and no server has now."),
  })
  .meta({ id: "ToolsetPreview" });

export type ToolsetPreview = z.infer<typeof previewOfGateway>;
export type ToolsetPreviewAnswer = z.infer<typeof toolsetPreviewView>;
