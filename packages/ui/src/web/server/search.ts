/** What stands in the URL of this page. */
export type ServerSearch = Record<string, never>;

export function readServerSearch(_given: Record<string, unknown>): ServerSearch {
  return {};
}
