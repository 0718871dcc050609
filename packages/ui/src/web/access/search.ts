const tabs = ["tokens", "waiting", "limits"] as const;

/** The parts of the page. */
export type AccessTab = (typeof tabs)[number];

export type AccessSearch = { readonly tab?: AccessTab | undefined };

/** What the address says; what it says wrongly counts as not said. */
export function readAccessSearch(search: Readonly<Record<string, unknown>>): AccessSearch {
  const tab = tabs.find((one) => one === search.tab);
  return tab === undefined ? {} : { tab };
}
