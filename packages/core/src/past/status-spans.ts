import { type ServerStatus, serverStatuses } from "../entry.js";
import { isJsonObject, type JsonObject } from "../json.js";
import type { SeriesRow } from "./series-store.js";

/** How long a server was what, in milliseconds. */
export type StatusTimes = { readonly [Status in ServerStatus]?: number };

/** A time in which the hub knows what a server was: one status, or, long ago, several together. */
export type StatusSpan = {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** They add up to less than the time when there are parts that nobody knows. */
  readonly times: StatusTimes;
};

/** The same of one part of a time. */
export type StatusSlot = { readonly at: number; readonly times: StatusTimes };

/** A time in which the hub ran, and looked. */
export type Run = { readonly from: number; to: number };

/** A row says from when on a server is something, or sums up a time. */
export const statusValue = (status: ServerStatus): JsonObject => ({ status });
const sumValue = ({ to, times }: StatusSpan): JsonObject => ({ to, times });

const statusOf = (value: unknown) => serverStatuses.find((status) => status === value);

/**
 * What the rows of a server say. A status lasts until the next one, and no longer than the hub looked: a hub that
 * did not run knows nothing of that time.
 */
export function spansOf(rows: readonly SeriesRow[], runs: readonly Run[]): StatusSpan[] {
  const spans: StatusSpan[] = [];
  for (const [index, { at, value }] of rows.entries()) {
    const next = rows[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    const status = statusOf(value.status);
    if (status !== undefined) {
      const run = runs.findLast(({ from }) => from <= at);
      const to = Math.min(next, run?.to ?? at);
      if (to > at) spans.push({ from: at, to, times: { [status]: to - at } });
    } else if (typeof value.to === "number" && isJsonObject(value.times)) {
      const span = clipped({ from: at, to: value.to, times: timesIn(value.times) }, at, next);
      if (span !== undefined) spans.push(span);
    }
  }
  return spans;
}

function timesIn(value: JsonObject): StatusTimes {
  const times: { [Status in ServerStatus]?: number } = {};
  for (const status of serverStatuses) {
    const time = value[status];
    if (typeof time === "number") times[status] = time;
  }
  return times;
}

/** The part of a span in a time; of several statuses, each has its share of it. */
export function clipped(span: StatusSpan, from: number, until: number): StatusSpan | undefined {
  const start = Math.max(span.from, from);
  const end = Math.min(span.to, until);
  if (end <= start) return undefined;
  const share = (end - start) / (span.to - span.from);
  if (share === 1) return span;
  const times = Object.fromEntries(
    Object.entries(span.times).map(([status, time]) => [status, time * share]),
  );
  return { from: start, to: end, times };
}

/** Times of a status in each step; steps in which nothing is known are there too, and say nothing. */
export function statusSlots(
  spans: readonly StatusSpan[],
  from: number,
  until: number,
  stepMs: number,
): StatusSlot[] {
  const first = Math.floor(from / stepMs) * stepMs;
  const count = Math.max(0, Math.ceil((until - first) / stepMs));
  return Array.from({ length: count }, (_, index) => {
    const at = first + index * stepMs;
    return { at, times: sumTimes(spans, Math.max(at, from), Math.min(at + stepMs, until)) };
  });
}

/** How long it was what within a time. */
export function sumTimes(spans: readonly StatusSpan[], from: number, until: number): StatusTimes {
  const sum: { [Status in ServerStatus]?: number } = {};
  for (const span of spans) {
    const part = clipped(span, from, until);
    if (part === undefined) continue;
    for (const status of serverStatuses) {
      const time = part.times[status];
      if (time !== undefined) sum[status] = (sum[status] ?? 0) + time;
    }
  }
  return sum;
}

/** What makes fewer rows of many. */
export type Compaction = {
  readonly put: readonly SeriesRow[];
  readonly removed: readonly SeriesRow[];
};

/**
 * Sums up the oldest spans of a server, as many as lie within `withinMs` of each other together, until there are at
 * most `most` rows. What the rows say of how long it was what stays; what is lost is in which order. The last
 * row, which goes on, is left as it is.
 */
export function compacted(
  rows: readonly SeriesRow[],
  runs: readonly Run[],
  most: number,
  withinMs: number,
): Compaction {
  const put: SeriesRow[] = [];
  const removed: SeriesRow[] = [];
  let left = rows.length;
  for (let start = 0; start < rows.length - 1 && left > most; ) {
    const first = rows[start];
    if (first === undefined) break;
    let end = start;
    while (end + 1 < rows.length - 1 && endOf(rows, end + 1, runs) - first.at <= withinMs) end += 1;
    if (end > start) {
      const group = spansOf(rows.slice(start, end + 2), runs).filter(
        ({ from }) => from < (rows[end + 1]?.at ?? 0),
      );
      const to = endOf(rows, end, runs);
      const sum = { from: first.at, to, times: sumTimes(group, first.at, to) };
      put.push({ ...first, value: sumValue(sum) });
      removed.push(...rows.slice(start + 1, end + 1));
      left -= end - start;
    }
    start = end + 1;
  }
  return { put, removed };
}

/** When what a row says ends. */
function endOf(rows: readonly SeriesRow[], index: number, runs: readonly Run[]): number {
  const at = rows[index]?.at ?? 0;
  return spansOf(rows.slice(index, index + 2), runs).find(({ from }) => from === at)?.to ?? at;
}
