import type { FoundTool, ServerSummary } from "@hub/api";
import { notAHub } from "./answer.js";
import type { HubRoutes } from "./hub-routes.js";
import type { ServersQuery, ToolsQuery } from "./queries.js";

/** A list of so many pages is none of a hub's. */
const mostPages = 10_000;

/**
 * Reads a list page by page to its end: `read` is given the `nextCursor` of the page before.
 * @throws HubClientError `NOT_A_HUB` when the pages lead in a circle.
 */
export async function everyPage<Page extends { readonly nextCursor?: string | undefined }>(
  hub: { readonly url: string },
  read: (cursor: string | undefined) => Promise<Page>,
): Promise<readonly Page[]> {
  const pages: Page[] = [];
  const cursors = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    pages.push(page);
    cursor = page.nextCursor;
    if (cursor !== undefined && (cursors.has(cursor) || cursors.size >= mostPages))
      throw notAHub(hub.url, 200, "its pages lead in a circle");
    if (cursor !== undefined) cursors.add(cursor);
  } while (cursor !== undefined);
  return pages;
}

/** All servers of a query, over all pages. */
export async function everyServer(
  hub: HubRoutes,
  query: ServersQuery,
  signal?: AbortSignal,
): Promise<readonly ServerSummary[]> {
  const pages = await everyPage(hub, (cursor) => hub.servers({ ...query, cursor }, signal));
  return pages.flatMap(({ servers }) => servers);
}

/** All tools of a query, over all pages. */
export async function everyTool(
  hub: HubRoutes,
  query: ToolsQuery,
  signal?: AbortSignal,
): Promise<readonly FoundTool[]> {
  const pages = await everyPage(hub, (cursor) =>
    hub.tools({ limit: 200, ...query, cursor }, signal),
  );
  return pages.flatMap(({ tools }) => tools);
}
