import type { Pulse, ServerSummary } from "@hub/api";
import { type ServerState, seriousness, serverStates, stateOf } from "../parts/seriousness.js";

const sorts = ["status", "name", "changed", "tools", "owner", "latency", "seen"] as const;
export type Sort = (typeof sorts)[number];
const views = ["cards", "table"] as const;
const groupings = ["owner", "tag"] as const;
/** What servers that stand together have in common. */
export type Grouping = (typeof groupings)[number];

/** What a person looks for; all of it stands in the URL. */
export type ServersSearch = {
  readonly q?: string | undefined;
  readonly status?: ServerState | undefined;
  readonly tag?: string | undefined;
  readonly owner?: string | undefined;
  readonly era?: "modern" | "legacy" | undefined;
  readonly transport?: ServerSummary["transport"] | undefined;
  /** Those too that an operator hid. */
  readonly hidden?: true | undefined;
  readonly favourite?: true | undefined;
  readonly sort?: Sort | undefined;
  /** The other way round. */
  readonly order?: "reverse" | undefined;
  readonly group?: Grouping | undefined;
  readonly view?: (typeof views)[number] | undefined;
};

function oneOf<T extends string>(allowed: readonly T[], value: unknown): T | undefined {
  return allowed.find((one) => one === value);
}

const givenText = (value: unknown) =>
  typeof value === "string" && value !== "" ? value : undefined;

const isTrue = (value: unknown) => (value === true || value === "true" ? true : undefined);

/** Reads a query string; what nobody knows is left out. */
export function readServersSearch(given: Record<string, unknown>): ServersSearch {
  return {
    q: givenText(given.q),
    status: oneOf(serverStates, given.status),
    tag: givenText(given.tag),
    owner: givenText(given.owner),
    era: oneOf(["modern", "legacy"], given.era),
    transport: oneOf(["streamable-http", "sse"], given.transport),
    hidden: isTrue(given.hidden),
    favourite: isTrue(given.favourite),
    sort: oneOf(sorts, given.sort),
    order: oneOf(["reverse"], given.order),
    group: oneOf(groupings, given.group),
    view: oneOf(views, given.view),
  };
}

/** All that is written about a server, for whoever searches for a word. */
export function textOf(server: ServerSummary): string {
  const { id, name, title, description, owner, version, endpoint, tags, transport } = server;
  const endpoints = server.instances.map((instance) => instance.endpoint);
  return [id, name, title, description, owner, version, endpoint, transport, ...tags, ...endpoints]
    .join(" ")
    .toLowerCase();
}

/** The words of a search, small. */
export const wordsOf = (asked: string): readonly string[] =>
  asked.toLowerCase().split(/\s+/).filter(Boolean);

/** Whether a text in small letters has each of some words. */
export const hasEvery = (text: string, words: readonly string[]): boolean =>
  words.every((word) => text.includes(word));

/** What is known beside the servers themselves. */
export type Beside = {
  /** Servers that are shown for one of their tools, by id. */
  readonly withTool?: ReadonlyMap<string, unknown> | undefined;
  /** Ids of favourites. Among equals they come first. */
  readonly liked?: readonly string[] | undefined;
  readonly pulse?: Pulse | undefined;
};

type Compare = (a: ServerSummary, b: ServerSummary) => number;

const byName: Compare = (a, b) => nameOf(a).localeCompare(nameOf(b), undefined, { numeric: true });

const nameOf = ({ title, name }: ServerSummary) => title ?? name;

const byStatus: Compare = (a, b) => seriousness(stateOf(a)) - seriousness(stateOf(b));

function compareBy(sort: Sort, pulse: Pulse | undefined): Compare {
  const latency = ({ id }: ServerSummary) =>
    pulse?.servers[id]?.latenciesMs.at(-1) ?? Number.NEGATIVE_INFINITY;
  const seen = ({ id }: ServerSummary) => pulse?.servers[id]?.lastSeenAt ?? "";
  switch (sort) {
    case "status":
      return byStatus;
    case "name":
      return byName;
    case "changed":
      return (a, b) => b.updatedAt.localeCompare(a.updatedAt);
    case "tools":
      return (a, b) => (b.capabilities?.tools ?? 0) - (a.capabilities?.tools ?? 0);
    case "owner":
      // Those without one come last.
      return (a, b) => (a.owner ?? "\uffff").localeCompare(b.owner ?? "\uffff");
    case "latency":
      return (a, b) => latency(b) - latency(a) || 0; // minus infinity from itself is no number
    case "seen":
      return (a, b) => seen(a).localeCompare(seen(b));
  }
}

/** The servers that all filters leave, whatever the words of the search are. */
export function filtered(
  servers: readonly ServerSummary[],
  search: ServersSearch,
  liked: readonly string[] = [],
): readonly ServerSummary[] {
  const favourites = new Set(liked);
  return servers.filter((server) => {
    if (search.status !== undefined && stateOf(server) !== search.status) return false;
    if (search.tag !== undefined && !server.tags.includes(search.tag)) return false;
    if (search.owner !== undefined && server.owner !== search.owner) return false;
    if (search.era !== undefined && server.capabilities?.era !== search.era) return false;
    if (search.transport !== undefined && server.transport !== search.transport) return false;
    return search.favourite !== true || favourites.has(server.id);
  });
}

/** The servers that fit, in order: trouble first, unless another order is asked for. */
export function choose(
  servers: readonly ServerSummary[],
  search: ServersSearch,
  { withTool, liked = [], pulse }: Beside = {},
): readonly ServerSummary[] {
  const wanted = wordsOf(search.q ?? "");
  const favourites = new Set(liked);
  const compare = compareBy(search.sort ?? "status", pulse);
  const sign = search.order === "reverse" ? -1 : 1;
  return filtered(servers, search, liked)
    .filter(
      (server) =>
        wanted.length === 0 ||
        withTool?.has(server.id) === true ||
        hasEvery(textOf(server), wanted),
    )
    .sort(
      (a, b) =>
        sign * compare(a, b) ||
        Number(favourites.has(b.id)) - Number(favourites.has(a.id)) ||
        byName(a, b),
    );
}

const narrowing = ["q", "status", "tag", "owner", "era", "transport", "favourite"] as const;

/** Whether a search leaves servers out. */
export function isNarrowed(search: ServersSearch): boolean {
  return narrowing.some((one) => search[one] !== undefined);
}

/** What takes all of it back. */
export const unnarrowed: Partial<ServersSearch> = Object.fromEntries(
  narrowing.map((one) => [one, undefined]),
);

export type Choice = { readonly value: string; readonly count: number };

/** The values that some servers share, the most common first. */
export function choicesOf(
  servers: readonly ServerSummary[],
  valuesOf: (server: ServerSummary) => readonly (string | undefined)[],
): readonly Choice[] {
  const counts = new Map<string, number>();
  for (const server of servers)
    for (const value of valuesOf(server))
      if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || a.value.localeCompare(b.value));
}
