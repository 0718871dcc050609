/** What stands in the URL of this page. */
export type ConnectSearch = Record<string, never>;

export function readConnectSearch(_given: Record<string, unknown>): ConnectSearch {
  return {};
}
