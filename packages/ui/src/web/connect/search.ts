/** What somebody connects to, and how. */
export type Choice = {
  /** Ids, sorted; undefined for the whole hub. */
  readonly servers?: readonly string[] | undefined;
  /** The id of a toolset, in the place of servers. Empty: none is chosen yet. */
  readonly toolset?: string | undefined;
  /** Each server at its own endpoint; default: one endpoint of the hub. */
  readonly isDirect: boolean;
  /** The hub's search tools stand for all tools. */
  readonly isSearch: boolean;
};

/** What stands in the URL of this page. */
export type ConnectSearch = {
  readonly client?: string | undefined;
  readonly servers?: string | undefined;
  readonly toolset?: string | undefined;
  readonly via?: "direct" | undefined;
  readonly mode?: "search" | undefined;
};

const textOf = (value: unknown) => (typeof value === "string" ? value : undefined);

/** Reads a query string; what nobody knows, and what does not go together, is left out. */
export function readConnectSearch(given: Record<string, unknown>): ConnectSearch {
  const toolset = textOf(given.toolset);
  const servers = toolset === undefined ? textOf(given.servers) : undefined;
  const via = toolset === undefined && given.via === "direct" ? "direct" : undefined;
  return {
    client: textOf(given.client),
    servers,
    toolset,
    via,
    mode:
      toolset === undefined && via === undefined && given.mode === "search" ? "search" : undefined,
  };
}

export function choiceOf({ servers, toolset, via, mode }: ConnectSearch): Choice {
  return {
    servers: servers === undefined ? undefined : idsOf(servers),
    toolset,
    isDirect: via === "direct",
    isSearch: mode === "search",
  };
}

export function searchOf(client: string | undefined, choice: Choice): ConnectSearch {
  return readConnectSearch({
    client,
    servers: choice.servers?.join(","),
    toolset: choice.toolset,
    via: choice.isDirect ? "direct" : undefined,
    mode: choice.isSearch ? "search" : undefined,
  });
}

function idsOf(text: string): readonly string[] {
  const ids = text.split(",").map((id) => id.trim());
  return [...new Set(ids.filter((id) => id !== ""))].sort();
}

/** What the hub is asked for with a choice. */
export function selectionIn({ servers, toolset, isDirect, isSearch }: Choice) {
  return {
    servers,
    toolset,
    via: isDirect ? "direct" : undefined,
    mode: isSearch ? "search" : undefined,
  } as const;
}

/** The same as a path, for people who ask with other programs; undefined while something is still to be chosen. */
export function configPath(client: string, choice: Choice): string | undefined {
  const { servers, toolset, isDirect, isSearch } = choice;
  if (servers?.length === 0 || toolset === "") return undefined;
  const query = [
    ...(servers === undefined ? [] : [`servers=${servers.map(encodeURIComponent).join(",")}`]),
    ...(toolset === undefined ? [] : [`toolset=${encodeURIComponent(toolset)}`]),
    ...(isDirect ? ["via=direct"] : []),
    ...(isSearch ? ["mode=search"] : []),
  ];
  return `/config/${encodeURIComponent(client)}${query.length === 0 ? "" : `?${query.join("&")}`}`;
}
