/** What stands in the URL of this page. */
export type ActivitySearch = Record<string, never>;

export function readActivitySearch(_given: Record<string, unknown>): ActivitySearch {
  return {};
}
