import type { FoundTool, ServerSummary } from "@hub/api";
import { notAHub } from "./answer.js";
import type { HubRoutes } from "./hub-routes.js";
import type { ServersQuery, ToolsQuery } from "./queries.js";

/** A list of so many pages is none of a hub's. */
const mostPages = 10_000;

/** All servers of a query, over all pages. */
export function everyServer(
  hub: HubRoutes,
  query: ServersQuery,
  signal?: AbortSignal,
): Promise<readonly ServerSummary[]> {
  return everyItem(hub.url, async (cursor) => {
    const { servers, nextCursor } = await hub.servers({ ...query, cursor }, signal);
    return { items: servers, nextCursor };
  });
}

/** All tools of a query, over all pages. */
export function everyTool(
  hub: HubRoutes,
  query: ToolsQuery,
  signal?: AbortSignal,
): Promise<readonly FoundTool[]> {
  return everyItem(hub.url, async (cursor) => {
    const { tools, nextCursor } = await hub.tools({ limit: 200, ...query, cursor }, signal);
    return { items: tools, nextCursor };
  });
}

async function everyItem<Item>(
  url: string,
  read: (
    cursor: string | undefined,
  ) => Promise<{ readonly items: readonly Item[]; readonly nextCursor?: string | undefined }>,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  const cursors = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    for (const item of page.items) items.push(item);
    cursor = page.nextCursor;
    // Something that leads in a circle would be read for ever.
    if (cursor !== undefined && (cursors.has(cursor) || cursors.size >= mostPages))
      throw notAHub(url, 200, "its pages lead in a circle");
    if (cursor !== undefined) cursors.add(cursor);
  } while (cursor !== undefined);
  return items;
}
