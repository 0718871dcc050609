import { CommandError } from "./command-error.js";

/** Reads a list page by page to its end. Throws a `CommandError` when the pages lead in a circle. */
export async function everyPage<Page extends { readonly nextCursor?: string | undefined }>(
  ask: (cursor: string | undefined) => Promise<Page>,
): Promise<readonly Page[]> {
  const pages: Page[] = [];
  const cursors = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await ask(cursor);
    pages.push(page);
    cursor = page.nextCursor;
    if (cursor !== undefined && cursors.has(cursor))
      throw new CommandError(
        "unreachable",
        "The pages of the list lead in a circle, so no MCP Hub answers there. MCP_HUB_URL must be the hub's own base URL.",
        { code: "NOT_A_HUB" },
      );
    if (cursor !== undefined) cursors.add(cursor);
  } while (cursor !== undefined);
  return pages;
}
