/** What stands in the URL of this page. */
export type TrafficSearch = Record<string, never>;

export function readTrafficSearch(_given: Record<string, unknown>): TrafficSearch {
  return {};
}
