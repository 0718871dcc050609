import { z } from "zod";
import { hiddenQuery, nextCursor, pageCursor, pageSize, wholeDefinition } from "./fields.js";
import { defineRoute } from "./route.js";
import { serverStatusSchema } from "./server.js";

const foundToolSchema = z
  .object({
    serverId: z.string(),
    serverName: z.string(),
    serverStatus: serverStatusSchema,
    serverEndpoint: z.string().describe("Where its healthiest instance is, as in GET /servers."),
    name: z.string(),
    title: z.string().optional(),
    description: z.string().optional(),
    hash: z.string(),
    score: z.number().optional(),
    definition: wholeDefinition("name"),
  })
  .meta({ id: "Tool" });

const toolListSchema = z.object({
  tools: z.array(foundToolSchema),
  nextCursor,
});

export const findTools = defineRoute({
  method: "get",
  path: "/tools",
  tag: "Catalogue",
  access: "read",
  summary: "Find a tool on any server",
  query: z.strictObject({
    q: z
      .string()
      .max(500)
      .optional()
      .describe(
        "What the tool should do, in words. Default: all tools, ordered by server and name.",
      ),
    limit: pageSize(200).default(20),
    status: z
      .array(serverStatusSchema)
      .optional()
      .describe("Only tools of servers in one of these states."),
    hidden: hiddenQuery,
    cursor: pageCursor.describe(
      "`nextCursor` of the page before. Give the other parameters along with it.",
    ),
  }),
  repeatable: ["status"],
  answers: {
    200: { description: "The best first.", content: { "application/json": toolListSchema } },
  },
  errors: ["INVALID_REQUEST"],
});

export type FoundTool = z.output<typeof foundToolSchema>;
export type ToolList = z.output<typeof toolListSchema>;
