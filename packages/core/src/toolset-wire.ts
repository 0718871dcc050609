import { z } from "zod";

/** What the REST API answers about toolsets. Instants are RFC 3339 in UTC. */

const tools = z.array(z.string()).describe("Each <server id>/<tool name> or <server id>/*.");

export const toolsetView = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string().optional(),
    servers: z.array(z.string()).describe("Ids. Empty: all."),
    tags: z.array(z.string()).describe("A server needs one of them. Empty: any."),
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
      .describe("Ids it names that no server has now. They join when such a server registers."),
  })
  .meta({ id: "Toolset" });

export const toolsetListView = z
  .object({ toolsets: z.array(toolsetView) })
  .meta({ id: "ToolsetList" });

export type ToolsetView = z.infer<typeof toolsetView>;
export type ToolsetList = z.infer<typeof toolsetListView>;
