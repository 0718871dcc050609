import type { ServerSummary } from "@hub/api";
import {
  type DirectConnection,
  hubConnection,
  modeFor,
  type Selection,
  safeUrl,
  selectDirect,
  type Target,
  type Traits,
} from "@hub/api/config";
import { HubClientError } from "./hub-client-error.js";
import type { HubRoutes } from "./hub-routes.js";
import { everyServer } from "./pages.js";
import { listed, whyNot } from "./words.js";

/** What of the hub a client shall have. Without any of it: everything. */
export interface GatewaySelection extends Omit<Selection, "servers" | "tags"> {
  /** The id of a server, or several. Default: all servers. */
  readonly servers?: string | readonly string[] | undefined;
  /** Only servers with this tag, or with one of these. */
  readonly tags?: string | readonly string[] | undefined;
  /** The same as `tags`. */
  readonly tag?: string | readonly string[] | undefined;
}

/** What of the hub a framework shall have, and how it gets there. */
export interface AdapterSelection extends Omit<GatewaySelection, "mode"> {
  /**
   * `all`: every tool in the list. `search`: the hub's search tools in place of all tools. Default, `auto`:
   * what suits the framework and the number of tools.
   */
  readonly mode?: "auto" | "all" | "search" | undefined;
  /** `gateway`: one endpoint of the hub. `direct`: each server at its own. Default: gateway. */
  readonly via?: "gateway" | "direct" | undefined;
  /** A token for the hub, which then stands in the data. Default: none, also where this client has one. */
  readonly token?: string | undefined;
  /** Hears of the servers that `direct` leaves out, because they cannot be used now. */
  readonly onLeftOut?: ((servers: readonly LeftOut[]) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A server that was left out, and why. */
export interface LeftOut {
  readonly server: ServerSummary;
  /** A sentence. */
  readonly reason: string;
}

/** One list of what may be one text, several or none; in order and without doubles. */
function several(
  what: string,
  given: string | readonly string[] | undefined,
): readonly string[] | undefined {
  if (given === undefined) return undefined;
  const texts = [...new Set([given].flat())].sort();
  if (texts.length > 0 && texts.every((text) => text.trim() !== "")) return texts;
  throw new TypeError(`Expected ${what} to name at least one; leave it out for all`);
}

/** @throws TypeError for lists of nothing, and for what cannot be had together. */
export function selectionOf(given: GatewaySelection): Selection {
  const { servers, tags, tag, ...rest } = given;
  const all = [tags, tag].filter((one) => one !== undefined).flat();
  const isTagged = tags !== undefined || tag !== undefined;
  const selection = {
    ...rest,
    servers: several("servers", servers),
    tags: isTagged ? several("tags", all) : undefined,
  };
  const isMore = selection.servers !== undefined || selection.tags !== undefined;
  const isShaped = rest.mode === "search" || rest.prefix !== undefined;
  if (rest.toolset !== undefined && (isMore || isShaped))
    throw new TypeError(
      "Expected either a toolset, which has servers, tags, mode and prefix of its own, or these",
    );
  return selection;
}

/** The endpoints to tell a client of, as suits its kind. There is at least one. */
export async function targetsFor(
  hub: HubRoutes,
  client: Traits,
  given: AdapterSelection,
): Promise<readonly Target[]> {
  const { mode = "auto", via = "gateway", token, onLeftOut, signal, ...rest } = given;
  const isSearch = mode === "search";
  const selection = selectionOf({ ...rest, ...(isSearch ? { mode } : {}) });
  const headers = token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } };
  if (selection.toolset !== undefined) {
    if (via === "direct")
      throw new TypeError("Expected no via: only the hub knows which tools a toolset shows");
    await hub.toolset(selection.toolset, signal);
    return [{ ...hubConnection(hub.url, selection), ...headers }];
  }
  if (via === "direct" && isSearch)
    throw new TypeError("Expected no mode with via: the search tools are the hub's own");

  const { servers, isHidden } = await selectedServers(hub, selection, signal);
  if (via === "direct") {
    const { connections, left } = directTargets(hub.url, client, servers);
    if (left.length > 0) onLeftOut?.(left);
    const own = new Set(servers.map(({ endpoint }) => safeUrl(endpoint)));
    // The token is the hub's, and no server's.
    return connections.map((one) => (own.has(one.url) ? one : { ...one, ...headers }));
  }
  const count = servers.reduce((sum, { capabilities }) => sum + (capabilities?.tools ?? 0), 0);
  const isTooMany = mode === "auto" && modeFor(client, count) === "search";
  const shown = {
    ...selection,
    ...(isHidden ? { hidden: true } : {}),
    ...(isTooMany ? { mode: "search" as const } : {}),
  };
  return [{ ...hubConnection(hub.url, shown), ...headers }];
}

/** The servers of a selection. One that is named is meant also where an operator hid it. */
async function selectedServers(
  hub: HubRoutes,
  { servers: ids, tags, hidden = false }: Selection,
  signal: AbortSignal | undefined,
): Promise<{ readonly servers: readonly ServerSummary[]; readonly isHidden: boolean }> {
  const all = await everyServer(hub, { hidden: hidden || ids !== undefined }, signal);
  const known = new Set(all.map(({ id }) => id));
  const unknown = ids?.filter((id) => !known.has(id)) ?? [];
  if (unknown.length > 0)
    throw new HubClientError({
      status: 404,
      code: "NOTHING_FITS",
      detail: `No server has the id ${listed(unknown)}. The hub knows ${all.length === 0 ? "no server yet" : listed([...known])}.`,
    });
  const servers = all.filter(
    ({ id, tags: own }) =>
      (ids === undefined || ids.includes(id)) &&
      (tags === undefined || tags.some((tag) => own.includes(tag))),
  );
  return { servers, isHidden: hidden || servers.some((server) => server.hidden === true) };
}

const away: readonly string[] = ["suspect", "unreachable", "down"];

function directTargets(hubUrl: string, client: Traits, servers: readonly ServerSummary[]) {
  const all = servers.map(
    ({ id, endpoint, transport, status }): DirectConnection => ({
      key: id,
      url: safeUrl(endpoint),
      transport,
      hubUrl: hubConnection(hubUrl, { servers: [id] }).url,
      needsToken: status === "needs-token",
      isAway: away.includes(status),
    }),
  );
  const left = servers
    .filter(({ status }) => away.includes(status))
    .map((server) => ({ server, reason: whyNot(server) }));
  const { connections, isNoneLeft } = selectDirect(client, all);
  if (isNoneLeft)
    throw new HubClientError({
      status: 503,
      code: servers.length === 0 ? "NOTHING_FITS" : "NOT_UP",
      detail:
        servers.length === 0
          ? "No server fits what was selected. Through the hub (without via), servers appear as they come."
          : `None of the selected servers answers now. ${left.map(({ reason }) => reason).join(" ")}`,
    });
  return { connections, left };
}
