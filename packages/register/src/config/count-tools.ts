import type { Upstream } from "../wrap/upstream.js";

const mostPages = 100;

/** How many tools a server lists; `undefined` where it has none to list, or does not say. */
export async function countTools(reference: Upstream): Promise<number | undefined> {
  let count = 0;
  let cursor: unknown;
  for (let page = 0; page < mostPages; page += 1) {
    const params = cursor === undefined ? {} : { cursor };
    const outcome = await reference.request("tools/list", params);
    if (outcome.error !== undefined) return undefined;
    // Checked next; a careless server answers null.
    const { tools, nextCursor } = (outcome.result ?? {}) as {
      tools?: unknown;
      nextCursor?: unknown;
    };
    if (!Array.isArray(tools)) return undefined;
    count += tools.length;
    if (typeof nextCursor !== "string" || nextCursor === "") return count;
    cursor = nextCursor;
  }
  return count;
}
