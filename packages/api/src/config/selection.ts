import type { Connection } from "./connection.js";
import { safeUrl } from "./quoting.js";

/** What of the hub somebody connects to, and how it is shown. Without any of it: everything, as it is. */
export type Selection = {
  /** Ids. Default: all servers. */
  readonly servers?: readonly string[] | undefined;
  /** Only servers with one of these tags. Default: any. */
  readonly tags?: readonly string[] | undefined;
  /** The id of a saved selection, in the place of servers, tags, mode and prefix. */
  readonly toolset?: string | undefined;
  /** `search`: the hub's search tools stand for all tools. Default: all. */
  readonly mode?: "all" | "search" | undefined;
  /** `never`: tools keep their own names, and a name that two servers have is left out. Default: always. */
  readonly prefix?: "always" | "never" | undefined;
  /** `off`: without the hub's own tools. Default: on. */
  readonly hub?: "on" | "off" | undefined;
  /** Those servers too that an operator hid. Default: false. */
  readonly hidden?: boolean | undefined;
  /** The revision of MCP that is offered in any case. Default: what keeps the state of the servers. */
  readonly revision?: string | undefined;
};

/**
 * The one endpoint of the hub that shows a selection. A single server that is to be shown as it is has an
 * endpoint of its own, where its tools have their own names.
 */
export function gatewayUrl(hubUrl: string, selection: Selection = {}): string {
  return hubConnection(hubUrl, selection).url;
}

/** The same with how clients call it: the id of the toolset or the only server, else `hub`. */
export function hubConnection(hubUrl: string, selection: Selection): Connection {
  const { servers, tags, toolset, mode, prefix, hub, hidden, revision } = selection;
  const transport = "streamable-http" as const;
  const everywhere = [
    ...(hidden === true ? ["hidden=true"] : []),
    ...(revision === undefined ? [] : [`revision=${encodeURIComponent(revision)}`]),
  ];
  const at = (path: string, parameters: readonly string[]) =>
    safeUrl(`${hubUrl}${path}${parameters.length === 0 ? "" : `?${parameters.join("&")}`}`);

  if (toolset !== undefined)
    return {
      key: toolset,
      url: at(`/toolsets/${encodeURIComponent(toolset)}/mcp`, everywhere),
      transport,
    };
  const [only, ...others] = servers ?? [];
  const isOne = only !== undefined && others.length === 0;
  const isShaped = mode === "search" || prefix !== undefined || hub !== undefined;
  // A server of its own is found there hidden or not.
  if (isOne && tags === undefined && !isShaped)
    return {
      key: only,
      url: at(
        `/servers/${encodeURIComponent(only)}/mcp`,
        everywhere.filter((one) => one !== "hidden=true"),
      ),
      transport,
    };
  const parameters = [
    ...(servers === undefined ? [] : [`servers=${servers.map(encodeURIComponent).join(",")}`]),
    ...(tags === undefined ? [] : [`tags=${tags.map(encodeURIComponent).join(",")}`]),
    ...(mode === "search" ? ["mode=search"] : []),
    ...(prefix === undefined ? [] : [`prefix=${prefix}`]),
    ...(hub === undefined ? [] : [`hub=${hub}`]),
    ...everywhere,
  ];
  return { key: isOne ? only : "hub", url: at("/mcp", parameters), transport };
}
