import type { ServerTraffic, TrafficFigures, TrafficRow } from "@hub/api";
import type { Sort } from "./search.js";

export function milliseconds(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms >= 100) return `${Math.round(ms)} ms`;
  return `${ms.toFixed(1)} ms`;
}

export function byteSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

/** Part of all calls in per cent; a few of very many are not none. */
export function share(errors: number, calls: number): string {
  if (errors === 0 || calls === 0) return "0 %";
  const percent = (100 * errors) / calls;
  if (percent < 0.1) return "< 0.1 %";
  return `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

const figureOf: Readonly<Record<Exclude<Sort, "name">, (figures: TrafficFigures) => number>> = {
  rate: (one) => one.callsPerMinute,
  calls: (one) => one.calls,
  errors: (one) => one.errors,
  p50: (one) => one.p50Ms,
  p95: (one) => one.p95Ms,
  max: (one) => one.maxMs,
  bytes: (one) => one.bytes,
};

export type Order = { readonly sort: Sort; readonly order: "up" | "down" };

export type Group = {
  readonly id: string;
  readonly name: string;
  readonly total: ServerTraffic;
  readonly rows: readonly TrafficRow[];
};

export const rowName = ({ name, method }: TrafficRow) => name ?? method;

function ordered<T extends TrafficFigures>(
  all: readonly T[],
  nameOf: (one: T) => string,
  { sort, order }: Order,
): readonly T[] {
  const sign = order === "up" ? 1 : -1;
  const byName = (a: T, b: T) => nameOf(a).localeCompare(nameOf(b), undefined, { numeric: true });
  if (sort === "name") return [...all].sort((a, b) => sign * byName(a, b));
  const value = figureOf[sort];
  return [...all].sort((a, b) => sign * (value(a) - value(b)) || byName(a, b));
}

/** What went to each server and, under it, to each of its tools, both in the same order. */
export function groupsOf(
  {
    servers,
    rows,
  }: { readonly servers: readonly ServerTraffic[]; readonly rows: readonly TrafficRow[] },
  names: ReadonlyMap<string, string>,
  order: Order,
): readonly Group[] {
  const byServer = new Map<string, TrafficRow[]>();
  for (const row of rows) {
    const known = byServer.get(row.serverId);
    if (known === undefined) byServer.set(row.serverId, [row]);
    else known.push(row);
  }
  const nameOf = (id: string) => names.get(id) ?? id;
  return ordered(servers, ({ serverId }) => nameOf(serverId), order).map((total) => ({
    id: total.serverId,
    name: nameOf(total.serverId),
    total,
    rows: ordered(byServer.get(total.serverId) ?? [], rowName, order),
  }));
}
