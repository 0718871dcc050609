import {
  type CapabilityItem,
  type Entry,
  HubError,
  type Registry,
  serverStatus,
  serverStatusView,
} from "@hub/core";
import { z } from "zod";
import type { AppDeps, HubApp } from "./context.js";
import { document } from "./openapi.js";
import { readQuery } from "./query.js";

const query = z.strictObject({
  q: z
    .string()
    .max(500)
    .optional()
    .describe(
      "What the tool should do, in words. Without it: every tool, ordered by server and name.",
    ),
  limit: z.coerce.number().int().min(1).max(200).default(20),
  cursor: z.string().max(2_000).optional().describe("`nextCursor` of the page before."),
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

export function addToolRoutes(app: HubApp, { registry, searchTools }: AppDeps): void {
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
    const isSearch = q !== undefined && q.trim() !== "";
    const page = isSearch
      ? searched(registry, searchTools, q, limit, cursor)
      : listed(registry, limit, cursor);
    const tools = page.found.map(({ entry, tool, score }) => view(entry, tool, score));
    return context.json({ tools, ...(page.next === undefined ? {} : { nextCursor: page.next }) });
  });
}

type Found = { readonly entry: Entry; readonly tool: CapabilityItem; readonly score?: number };
type Page = { readonly found: readonly Found[]; readonly next: string | undefined };

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

function decode<Schema extends z.ZodType>(cursor: string, schema: Schema): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch {
    throw new HubError(
      "INVALID_REQUEST",
      "The cursor is not one that the hub gave out for this search. Begin again without it.",
    );
  }
}

/** Pages of a ranking are by place: there is no key that the order follows. */
function searched(
  registry: Registry,
  searchTools: AppDeps["searchTools"],
  q: string,
  limit: number,
  cursor: string | undefined,
): Page {
  const start = cursor === undefined ? 0 : decode(cursor, z.number().int().min(0).max(1_000_000));
  const ranking = searchTools(q, start + limit + 1);
  const found = ranking
    .slice(start, start + limit)
    .flatMap(({ serverId, tool, score }): Found[] => {
      const entry = registry.get(serverId);
      return entry === undefined ? [] : [{ entry, tool, score }];
    });
  return { found, next: ranking.length > start + limit ? encode(start + limit) : undefined };
}

/** Pages of the whole list are by key, so that what comes and goes between two loses nobody. */
function listed(registry: Registry, limit: number, cursor: string | undefined): Page {
  const [afterServer, afterTool] =
    cursor === undefined ? ["", ""] : decode(cursor, z.tuple([z.string(), z.string()]));
  const found: Found[] = [];
  for (const entry of registry.list()) {
    if (entry.record.id < afterServer) continue;
    for (const tool of entry.snapshot?.tools ?? []) {
      if (entry.record.id === afterServer && tool.key <= afterTool) continue;
      const last = found.at(-1);
      if (found.length === limit && last !== undefined) {
        return { found, next: encode([last.entry.record.id, last.tool.key]) };
      }
      found.push({ entry, tool });
    }
  }
  return { found, next: undefined };
}
