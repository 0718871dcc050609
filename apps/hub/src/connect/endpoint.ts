/** What of a hub a client is to see. Without any of it: everything. */
export type Selection = {
  readonly servers?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly toolset?: string | undefined;
  /** `search`: the hub's search tools stand for all tools. */
  readonly mode?: "all" | "search" | undefined;
};

/** The reason why a selection makes no sense; undefined when it does. */
export function selectionProblem({ servers, tags, toolset, mode }: Selection): string | undefined {
  if (toolset !== undefined && (servers !== undefined || tags !== undefined))
    return "--toolset cannot be combined with --servers or --tags";
  if (toolset !== undefined && mode !== undefined)
    return "--mode cannot be combined with --toolset, whose own mode decides";
  const badId = [...(servers ?? []), ...(toolset === undefined ? [] : [toolset])].find(
    (id) => !/^[a-z0-9-]{1,60}$/.test(id),
  );
  return badId === undefined
    ? undefined
    : `${JSON.stringify(badId)} is no id: ids have small letters, digits and hyphens`;
}

/** The one endpoint of the hub that shows just that. `hub`: the address of the hub, without a slash at its end. */
export function endpointUrl(hub: string, { servers, tags, toolset, mode }: Selection): string {
  if (toolset !== undefined) return `${hub}/toolsets/${toolset}/mcp`;
  const isSearch = mode === "search";
  const [only, ...others] = servers ?? [];
  if (only !== undefined && others.length === 0 && tags === undefined && !isSearch)
    return `${hub}/servers/${only}/mcp`;
  const query = [
    ...(servers === undefined ? [] : [`servers=${servers.join(",")}`]),
    ...(tags === undefined ? [] : [`tags=${tags.map(safeTag).join(",")}`]),
    ...(isSearch ? ["mode=search"] : []),
  ];
  return `${hub}/mcp${query.length === 0 ? "" : `?${query.join("&")}`}`;
}

/** Clients put variables of the environment in the place of `$NAME`, so nothing but plain characters stays. */
function safeTag(tag: string): string {
  return encodeURIComponent(tag).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** How a client calls it, where nobody says otherwise. */
export function entryName({ servers, toolset }: Selection): string {
  if (toolset !== undefined) return toolset;
  const [only, ...others] = servers ?? [];
  return only !== undefined && others.length === 0 ? only : "hub";
}

/** The options of `mcp-hub stdio` that mean the same selection. */
export function selectionArguments({ servers, tags, toolset, mode }: Selection): string[] {
  return [
    ...(servers === undefined ? [] : ["--servers", servers.join(",")]),
    ...(tags === undefined ? [] : ["--tags", tags.join(",")]),
    ...(toolset === undefined ? [] : ["--toolset", toolset]),
    ...(mode === undefined ? [] : ["--mode", mode]),
  ];
}
