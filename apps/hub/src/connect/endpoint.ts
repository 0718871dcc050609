import { type Connection, hubConnection, type Selection } from "@hub/api/config";

/** What of a hub a client is to see, as the options of a command say it. Without any of it: everything. */
export type Shown = Pick<Selection, "servers" | "tags" | "toolset" | "mode">;

/** The reason why a selection makes no sense; undefined when it does. */
export function selectionProblem({ servers, toolset, tags, mode }: Shown): string | undefined {
  if (toolset !== undefined && (servers !== undefined || tags !== undefined))
    return "--toolset cannot be combined with --server or --tag";
  if (toolset !== undefined && mode !== undefined)
    return "--mode cannot be combined with --toolset, whose own mode decides";
  const ids = [...(servers ?? []), ...(toolset === undefined ? [] : [toolset])];
  const wrong = ids.find((id) => !/^[a-z0-9-]{1,60}$/.test(id));
  return wrong === undefined
    ? undefined
    : `${JSON.stringify(wrong)} is no id: ids have small letters, digits and hyphens`;
}

/** The one endpoint of the hub that shows just that, and how clients call it. */
export function endpointOf(hub: string, shown: Shown): Connection {
  return hubConnection(hub, shown);
}

/** The options of `mcp-hub stdio` that mean the same selection. */
export function selectionArguments({ servers, tags, toolset, mode }: Shown): string[] {
  return [
    ...(servers ?? []).flatMap((id) => ["--server", id]),
    ...(tags ?? []).flatMap((tag) => ["--tag", tag]),
    ...(toolset === undefined ? [] : ["--toolset", toolset]),
    ...(mode === undefined ? [] : ["--mode", mode]),
  ];
}
