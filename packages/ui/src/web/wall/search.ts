/** What stands in the URL of this page. */
export type WallSearch = Record<string, never>;

export function readWallSearch(_given: Record<string, unknown>): WallSearch {
  return {};
}
