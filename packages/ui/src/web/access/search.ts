const tabs = ["tokens", "waiting", "limits", "settings", "audit"] as const;

/** The parts of the page. */
export type AccessTab = (typeof tabs)[number];

export type AccessSearch = {
  readonly tab?: AccessTab | undefined;
  /** Of the audit: only this action. */
  readonly action?: string | undefined;
  /** Of the audit: only what was done to the server with this id. */
  readonly server?: string | undefined;
  /** Of the audit: only what was done to this instance, tool, toolset, token, file or route. */
  readonly subject?: string | undefined;
  /** Of the audit: the id or the name of who did it. */
  readonly who?: string | undefined;
  /** Of the audit: only what came to this. */
  readonly outcome?: string | undefined;
  /** Of the audit, as ISO 8601: not before, and before. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Of the settings: the words that narrow them. */
  readonly q?: string | undefined;
  /** Of the settings: whether only those are shown that are no defaults. */
  readonly changed?: true | undefined;
};

const textOf = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

const instantOf = (value: unknown) => {
  const text = textOf(value);
  return text === undefined || Number.isNaN(Date.parse(text))
    ? undefined
    : new Date(text).toISOString();
};

/** What the address says; what it says wrongly counts as not said. */
export function readAccessSearch(search: Readonly<Record<string, unknown>>): AccessSearch {
  const tab = tabs.find((one) => one === search.tab);
  if (tab === "settings")
    return { tab, q: textOf(search.q), changed: String(search.changed) === "true" || undefined };
  if (tab !== "audit") return tab === undefined ? {} : { tab };
  return {
    tab,
    action: textOf(search.action),
    server: textOf(search.server),
    subject: textOf(search.subject),
    who: textOf(search.who),
    outcome: textOf(search.outcome),
    since: instantOf(search.since),
    until: instantOf(search.until),
  };
}
