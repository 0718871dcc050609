const tabs = ["tokens", "waiting", "limits", "audit"] as const;

/** The parts of the page. */
export type AccessTab = (typeof tabs)[number];

export type AccessSearch = {
  readonly tab?: AccessTab | undefined;
  /** Of the audit: only this action. */
  readonly action?: string | undefined;
  /** Of the audit: only what was done to the server with this id. */
  readonly server?: string | undefined;
};

const textOf = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

/** What the address says; what it says wrongly counts as not said. */
export function readAccessSearch(search: Readonly<Record<string, unknown>>): AccessSearch {
  const tab = tabs.find((one) => one === search.tab);
  if (tab !== "audit") return tab === undefined ? {} : { tab };
  return { tab, action: textOf(search.action), server: textOf(search.server) };
}
