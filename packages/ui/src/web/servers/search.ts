import type { ServerSummary } from "@hub/api";

const sorts = ["name", "status", "changed", "tools"] as const;
export type Sort = (typeof sorts)[number];
export const statuses = [
  "up",
  "degraded",
  "suspect",
  "needs-token",
  "unreachable",
  "pending",
  "down",
] as const;
const views = ["cards", "table"] as const;

/** What a person looks for; all of it stands in the URL. */
export type ServersSearch = {
  readonly q?: string | undefined;
  readonly status?: ServerSummary["status"] | undefined;
  readonly tag?: string | undefined;
  readonly owner?: string | undefined;
  readonly era?: "modern" | "legacy" | undefined;
  readonly transport?: ServerSummary["transport"] | undefined;
  /** Those too that an operator hid. */
  readonly hidden?: true | undefined;
  readonly sort?: Sort | undefined;
  readonly view?: (typeof views)[number] | undefined;
};

function oneOf<T extends string>(allowed: readonly T[], value: unknown): T | undefined {
  return allowed.find((one) => one === value);
}

const textOf = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

/** Reads a query string; what nobody knows is left out. */
export function readServersSearch(given: Record<string, unknown>): ServersSearch {
  return {
    q: textOf(given.q),
    status: oneOf(statuses, given.status),
    tag: textOf(given.tag),
    owner: textOf(given.owner),
    era: oneOf(["modern", "legacy"], given.era),
    transport: oneOf(["streamable-http", "sse"], given.transport),
    hidden: given.hidden === true || given.hidden === "true" ? true : undefined,
    sort: oneOf(sorts, given.sort),
    view: oneOf(views, given.view),
  };
}

/** All that is written about a server, for whoever searches for a word. */
function words(server: ServerSummary): string {
  const { id, name, title, description, owner, version, endpoint, tags, transport } = server;
  const endpoints = server.instances.map((instance) => instance.endpoint);
  return [id, name, title, description, owner, version, endpoint, transport, ...tags, ...endpoints]
    .join(" ")
    .toLowerCase();
}

const severity: Readonly<Record<ServerSummary["status"], number>> = {
  unreachable: 0,
  suspect: 1,
  degraded: 2,
  "needs-token": 3,
  pending: 4,
  down: 5,
  up: 6,
};

const byName = (a: ServerSummary, b: ServerSummary) =>
  a.name.localeCompare(b.name, undefined, { numeric: true });

const orders: Readonly<Record<Sort, (a: ServerSummary, b: ServerSummary) => number>> = {
  name: byName,
  status: (a, b) => severity[a.status] - severity[b.status] || byName(a, b),
  changed: (a, b) => b.updatedAt.localeCompare(a.updatedAt) || byName(a, b),
  tools: (a, b) => (b.capabilities?.tools ?? 0) - (a.capabilities?.tools ?? 0) || byName(a, b),
};

/**
 * The servers that fit, in order. `withTool`: ids of servers with a tool that fits the words, which
 * fit as well.
 */
export function choose(
  servers: readonly ServerSummary[],
  search: ServersSearch,
  withTool: ReadonlySet<string> = new Set(),
): readonly ServerSummary[] {
  const wanted = (search.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return servers
    .filter((server) => {
      if (search.status !== undefined && server.status !== search.status) return false;
      if (search.tag !== undefined && !server.tags.includes(search.tag)) return false;
      if (search.owner !== undefined && server.owner !== search.owner) return false;
      if (search.era !== undefined && server.capabilities?.era !== search.era) return false;
      if (search.transport !== undefined && server.transport !== search.transport) return false;
      if (wanted.length === 0 || withTool.has(server.id)) return true;
      const text = words(server);
      return wanted.every((word) => text.includes(word));
    })
    .sort(orders[search.sort ?? "name"]);
}

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
