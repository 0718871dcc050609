import { type CapabilityItem, type Entry, serverStatus, serverStatusView } from "@hub/core";
import { z } from "zod";
import type { AppDeps, HubApp } from "./context.js";
import { document } from "./openapi.js";
import { readQuery } from "./query.js";
import { ToolSearch } from "./tool-search.js";

const query = z.strictObject({
  q: z
    .string()
    .max(500)
    .optional()
    .describe(
      "What the tool should do, in words. Without it: every tool, ordered by server and name.",
    ),
  limit: z.coerce.number().int().min(1).max(200).default(20),
  cursor: z
    .string()
    .regex(/^\d{1,9}$/, "must be a `nextCursor` of the page before")
    .optional(),
});

const toolView = z
  .object({
    serverId: z.string(),
    serverName: z.string(),
    serverStatus: serverStatusView,
    name: z.string(),
    title: z.string().optional(),
    description: z.string().optional(),
    hash: z.string(),
    score: z.number().optional(),
    definition: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "Tool" });

function view(
  entry: Entry,
  { key, hash, definition }: CapabilityItem,
  score?: number,
): z.infer<typeof toolView> {
  const { title, description } = definition;
  return {
    serverId: entry.record.id,
    serverName: entry.record.name,
    serverStatus: serverStatus(entry.instances),
    name: key,
    ...(typeof title === "string" ? { title } : {}),
    ...(typeof description === "string" ? { description } : {}),
    hash,
    ...(score === undefined ? {} : { score }),
    definition: { ...definition },
  };
}

export function addToolRoutes(app: HubApp, { registry }: AppDeps): void {
  const search = new ToolSearch(registry);
  document(app, {
    method: "get",
    path: "/tools",
    tag: "Catalogue",
    summary: "Find a tool on any server",
    query,
    responses: {
      200: {
        description: "The best first.",
        content: {
          "application/json": z.object({
            tools: z.array(toolView),
            nextCursor: z.string().optional(),
          }),
        },
      },
    },
    errors: ["INVALID_REQUEST"],
  });
  app.get("/tools", (context) => {
    const { q, limit, cursor } = readQuery(context, query);
    const start = cursor === undefined ? 0 : Number(cursor);
    const end = start + limit;
    const found =
      q === undefined || q.trim() === ""
        ? registry
            .list()
            .flatMap((entry) =>
              (entry.snapshot?.tools ?? []).map((tool) => ({ entry, tool, score: undefined })),
            )
        : search.search(q, end + 1).flatMap(({ serverId, tool, score }) => {
            const entry = registry.get(serverId);
            return entry === undefined ? [] : [{ entry, tool, score }];
          });
    const tools = found.slice(start, end).map(({ entry, tool, score }) => view(entry, tool, score));
    return context.json({ tools, ...(found.length > end ? { nextCursor: String(end) } : {}) });
  });
}
