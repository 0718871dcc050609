const tabKeys = [
  "overview",
  "tools",
  "resources",
  "prompts",
  "changes",
  "calls",
  "credentials",
  "doctor",
  "connect",
] as const;
export type TabKey = (typeof tabKeys)[number];

/** What stands in the URL of this page. */
export type ServerSearch = {
  readonly tab?: TabKey | undefined;
  /** The chosen tool, prompt, resource or template: its name, URI or URI template. */
  readonly item?: string | undefined;
  /** The words that narrow the list. */
  readonly q?: string | undefined;
};

const textOf = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

/** Reads a query string; what nobody knows is left out. */
export function readServerSearch(given: Record<string, unknown>): ServerSearch {
  return {
    tab: tabKeys.find((key) => key === given.tab),
    item: textOf(given.item),
    q: textOf(given.q),
  };
}
