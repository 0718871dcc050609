const ways = ["url", "file", "code"] as const;
/** How somebody adds a server. */
export type Way = (typeof ways)[number];

/** What stands in the URL of this page. Default: by URL. */
export type AddSearch = { readonly way?: Way | undefined };

/** Reads a query string; what nobody knows is left out. */
export function readAddSearch(given: Record<string, unknown>): AddSearch {
  return { way: ways.find((way) => way === given.way) };
}
