import { type FoundTool, findTools, type QueryOf } from "@hub/api";
import { type CapabilityItem, type Entry, serverStatus } from "@hub/core";
import type { SeenServers, ServersInSight } from "@hub/core/access";
import { isHidden } from "@hub/core/shown";
import { z } from "zod";
import { readCursor, writeCursor } from "./cursor.js";
import type { HubApp } from "./hono.js";
import { itemPlace, itemsBehind, placeOf } from "./item-order.js";
import type { Paging } from "./paging.js";
import type { AppDeps } from "./ports.js";
import { serve } from "./serve.js";
import { shownPlace } from "./views.js";

function view(entry: Entry, { key, hash, definition }: CapabilityItem, score?: number): FoundTool {
  const { title, description } = definition;
  return {
    serverId: entry.record.id,
    serverName: entry.record.name,
    serverStatus: serverStatus(entry.instances),
    serverEndpoint: shownPlace(entry).endpoint,
    name: key,
    ...(typeof title === "string" ? { title } : {}),
    ...(typeof description === "string" ? { description } : {}),
    hash,
    ...(score === undefined ? {} : { score }),
    definition: { ...definition, name: key },
  };
}

export function addToolRoutes(app: HubApp, { sights, searchTools }: AppDeps, paging: Paging): void {
  serve(app, findTools, (call) => {
    const { q, limit, cursor, ...filter } = call.query;
    const isSearch = q !== undefined && q.trim() !== "";
    const seen = sights.of(call.principal);
    const accepts = (entry: Entry | undefined) => entry !== undefined && isWanted(entry, filter);
    const found = isSearch
      ? searched(seen, searchTools, { q, limit, cursor, accepts })
      : listed(seen.admitted, cursor, accepts);
    const { items, hasMore } = paging.first(found, limit, bytesOf);
    const last = items.at(-1);
    return call.json(200, {
      tools: items.map(({ entry, tool, score }) => view(entry, tool, score)),
      ...(hasMore && last !== undefined ? { nextCursor: writeCursor(last.place) } : {}),
    });
  });
}

type Accepts = (entry: Entry | undefined) => boolean;

/** Whether a server's tools are asked for. */
function isWanted(
  { record, instances }: Entry,
  { status, hidden }: Pick<QueryOf<typeof findTools>, "status" | "hidden">,
): boolean {
  if (isHidden(record) && hidden !== "true") return false;
  return status === undefined || status.includes(serverStatus(instances));
}

type Found = {
  readonly entry: Entry;
  readonly tool: CapabilityItem;
  readonly score?: number;
  /** Where the next page begins when this one is the last of its own. */
  readonly place: unknown;
};

/** What a tool takes besides its definition, whose title and description stand a second time. */
const bytesOf = ({ entry, tool: { bytes } }: Found) =>
  2 * bytes + Buffer.byteLength(entry.record.name + shownPlace(entry).endpoint) + 300;

/** Pages of a ranking are by place: there is no key that the order follows. */
function searched(
  seen: SeenServers,
  searchTools: AppDeps["searchTools"],
  {
    q,
    limit,
    cursor,
    accepts,
  }: {
    readonly q: string;
    readonly limit: number;
    readonly cursor: string | undefined;
    readonly accepts: Accepts;
  },
): readonly Found[] {
  const start =
    cursor === undefined ? 0 : readCursor(cursor, z.number().int().min(0).max(1_000_000));
  const isFound = (serverId: string, tool: string) =>
    accepts(seen.admitted.get(serverId)) && seen.seesItem(serverId, "tools", tool);
  return searchTools(q, start + limit + 1, isFound)
    .slice(start)
    .flatMap(({ serverId, tool, score }, index): Found[] => {
      const entry = seen.admitted.get(serverId);
      return entry === undefined ? [] : [{ entry, tool, score, place: start + index + 1 }];
    });
}

const listPlace = z.tuple([z.string(), itemPlace]);

/** Pages of the whole list are by key, so that what comes and goes between two loses nobody. */
function* listed(
  admitted: ServersInSight,
  cursor: string | undefined,
  accepts: Accepts,
): Generator<Found> {
  const [afterServer, afterTool] =
    cursor === undefined ? ["", undefined] : readCursor(cursor, listPlace);
  for (const entry of admitted.list()) {
    const { id } = entry.record;
    if (id < afterServer || !accepts(entry)) continue;
    const after = id === afterServer ? afterTool : undefined;
    for (const tool of itemsBehind(entry.snapshot?.tools ?? [], after))
      yield { entry, tool, place: [id, placeOf(tool)] };
  }
}
