import {
  type ClientKind,
  type Connection,
  type DirectConnection,
  hubConnection,
  modeFor,
  type Selection,
  safeUrl,
} from "@hub/api/config";
import type { Entry, Toolset } from "@hub/core";
import { HubError, leadingInstance, serverNotFound, serverStatus } from "@hub/core";
import type { ServersInSight } from "@hub/core/access";
import { isHidden, shownProfile } from "@hub/core/shown";

/** What somebody wants to connect to. */
export type Wanted = {
  /** Where the hub is, for whoever asks: scheme, host and port. */
  readonly hubUrl: string;
  /** The variable with the token that the hub asks for. Absent where it is open. */
  readonly tokenVariable?: string;
  /** Ids; undefined for all. */
  readonly servers: readonly string[] | undefined;
  /** Only servers with one of these tags; undefined for any. */
  readonly tags: readonly string[] | undefined;
  /** Whether servers are meant too that an operator hid: those that were named. */
  readonly hidden: boolean;
  /** A saved selection in the place of servers and tags. */
  readonly toolset: Toolset | undefined;
  readonly mode: "auto" | "all" | "search";
};

/** The same for one client, whose kind decides how the tools are shown where nobody has said it. */
export type Shown = {
  readonly connection: Connection;
  /** How many tools there are, where they are too many for a list. */
  readonly tooMany: number | undefined;
};

/** The same for the addresses of the hub. */
export const selectionOf = ({ servers, tags, toolset, hidden }: Wanted): Selection => ({
  servers,
  tags,
  toolset: toolset?.id,
  ...(hidden ? { hidden } : {}),
});

/** The one endpoint of the hub that shows just what is wanted, as it suits a client. */
export function hubShows(client: ClientKind, wanted: Wanted, admitted: ServersInSight): Shown {
  const selection = selectionOf(wanted);
  const count = wantedOf(wanted, admitted).reduce(
    (sum, { snapshot }) => sum + (snapshot?.tools.length ?? 0),
    0,
  );
  const isAsked = wanted.mode !== "auto" || wanted.toolset !== undefined;
  const chosen = isAsked ? undefined : modeFor(client, count);
  const isSearch = wanted.mode === "search" || chosen === "search";
  return {
    connection: {
      ...hubConnection(wanted.hubUrl, {
        ...selection,
        ...(isSearch ? { mode: "search" as const } : {}),
      }),
      ...(wanted.tokenVariable === undefined ? {} : { tokenVariable: wanted.tokenVariable }),
    },
    tooMany: chosen === "search" ? count : undefined,
  };
}

const away: ReadonlySet<string> = new Set(["suspect", "unreachable", "down"]);

function direct({ record, instances }: Entry, { hubUrl, tokenVariable }: Wanted): DirectConnection {
  const leading = leadingInstance(instances);
  const outcome = leading?.health.outcome;
  const reached = outcome?.ok === true ? outcome : undefined;
  return {
    key: record.id,
    url: safeUrl(reached?.endpoint ?? leading?.record.endpoint ?? record.lastEndpoint),
    transport: reached?.transport ?? leading?.record.transport ?? record.lastTransport,
    hubUrl: safeUrl(`${hubUrl}/servers/${record.id}/mcp`),
    ...(tokenVariable === undefined ? {} : { hubTokenVariable: tokenVariable }),
    needsToken: reached?.needsToken === true,
    isAway: away.has(serverStatus(instances)),
  };
}

function wantedOf(
  { servers, tags, hidden }: Pick<Wanted, "servers" | "tags" | "hidden">,
  admitted: ServersInSight,
) {
  return admitted.list().filter(({ record }) => {
    const own = shownProfile(record).tags ?? [];
    const isTagged = tags === undefined || tags.some((tag) => own.includes(tag));
    const isNamed = servers === undefined || servers.includes(record.id);
    return isTagged && isNamed && (hidden || !isHidden(record));
  });
}

/** Ids of the wanted servers that keep state in sessions, which only the 2025 revisions have. */
export function stateKeepers(wanted: Wanted, admitted: ServersInSight): readonly string[] {
  const { toolset } = wanted;
  const some = (list: readonly string[]) => (list.length === 0 ? undefined : list);
  const selected =
    toolset === undefined
      ? wanted
      : { servers: some(toolset.servers), tags: some(toolset.tags), hidden: false };
  return wantedOf(selected, admitted)
    .filter(({ snapshot }) => snapshot?.keepsSessions === true)
    .map(({ record }) => record.id);
}

/** The entries that fit now; there is at least one. `otherwise` says what to do when none does. */
function fitting(wanted: Wanted, admitted: ServersInSight, otherwise: string) {
  const found = wantedOf(wanted, admitted);
  if (found.length === 0)
    throw new HubError("SERVER_NOT_FOUND", `No server fits yet. ${otherwise}`);
  return found;
}

/** The servers themselves, each at its own endpoint. There is at least one. */
export function directConnections(
  wanted: Wanted,
  admitted: ServersInSight,
): readonly DirectConnection[] {
  const otherwise =
    "Without via=direct the configuration names the hub, where servers appear as they come.";
  return fitting(wanted, admitted, otherwise).map((entry) => direct(entry, wanted));
}

/** The same wish, with the servers that have the tags now in the place of the tags. */
export function withoutTags(wanted: Wanted, admitted: ServersInSight): Wanted {
  const otherwise =
    "The tags have characters that are not safe in a command, so it would name the servers that have them.";
  const servers = fitting(wanted, admitted, otherwise).map(({ record }) => record.id);
  return { ...wanted, servers, tags: undefined };
}

/** Throws SERVER_NOT_FOUND for a server that nobody registered. */
export function checkServers(ids: readonly string[], admitted: ServersInSight): void {
  for (const id of ids) if (admitted.get(id) === undefined) throw serverNotFound(id.slice(0, 100));
}
