/** What stands in the URL of the list. A toolset may have any id, so `new` is no place of its own. */
export type ToolsetsSearch = {
  /** Present while somebody makes one. */
  readonly new?: "yes" | undefined;
};

export function readToolsetsSearch(given: Record<string, unknown>): ToolsetsSearch {
  return { new: given.new === undefined ? undefined : "yes" };
}
