import type { JsonObject } from "../json.js";

/** How a call can end. */
export type CallOutcome = "ok" | "tool-error" | "error" | "cancelled" | "hub-error";

/** What is counted of calls. Sums of sums are sums: two of these add up to that of both. */
export type CallCounts = {
  calls: number;
  /** The tool itself failed. */
  toolErrors: number;
  /** The server refused, for example with 401. */
  refusals: number;
  /** The hub could not get an answer. */
  unanswered: number;
  cancelled: number;
  /** Bytes of answers. */
  bytes: number;
  maxMs: number;
  /** Calls by latency: a bucket holds what took up to 2^(n/4) times 0.25 ms. */
  readonly buckets: Uint32Array;
};

const bucketCount = 80;
const bucketOf = (ms: number) =>
  Math.min(bucketCount - 1, Math.max(0, Math.ceil(4 * Math.log2(Math.max(ms, 0.25) / 0.25))));
const upperMs = (bucket: number) => 0.25 * 2 ** (bucket / 4);

/** Of no calls. */
export const noCounts = (): CallCounts => ({
  calls: 0,
  toolErrors: 0,
  refusals: 0,
  unanswered: 0,
  cancelled: 0,
  bytes: 0,
  maxMs: 0,
  buckets: new Uint32Array(bucketCount),
});

/** Counts one call. Allocates nothing. */
export function countCall(
  counts: CallCounts,
  outcome: CallOutcome,
  durationMs: number,
  bytes: number,
): void {
  counts.calls += 1;
  counts.bytes += bytes;
  if (outcome === "tool-error") counts.toolErrors += 1;
  else if (outcome === "error") counts.refusals += 1;
  else if (outcome === "hub-error") counts.unanswered += 1;
  else if (outcome === "cancelled") counts.cancelled += 1;
  counts.maxMs = Math.max(counts.maxMs, durationMs);
  const bucket = bucketOf(durationMs);
  counts.buckets[bucket] = (counts.buckets[bucket] ?? 0) + 1;
}

/** Adds one to another. */
export function addCounts(sum: CallCounts, more: CallCounts): void {
  for (const key of summed) sum[key] += more[key];
  sum.maxMs = Math.max(sum.maxMs, more.maxMs);
  for (const [bucket, count] of more.buckets.entries())
    sum.buckets[bucket] = (sum.buckets[bucket] ?? 0) + count;
}

const summed = [
  "calls",
  "toolErrors",
  "refusals",
  "unanswered",
  "cancelled",
  "bytes",
] as const satisfies readonly (keyof CallCounts)[];

/** All calls that failed, for any reason. */
export const errorsOf = ({ toolErrors, refusals, unanswered }: CallCounts): number =>
  toolErrors + refusals + unanswered;

/**
 * The latency that a share of the calls did not exceed, to within a quarter: the upper end of the bucket in which it
 * lies. 0 when there were no calls.
 */
export function quantile(counts: CallCounts, share: number): number {
  const wanted = counts.calls * share;
  let seen = 0;
  for (const [bucket, count] of counts.buckets.entries()) {
    seen += count;
    if (seen >= wanted && count > 0)
      return Math.round(Math.min(upperMs(bucket), counts.maxMs) * 100) / 100;
  }
  return 0;
}

/** As it is stored: zeros are left out, and of the buckets those are kept that count something. */
export function packCounts(counts: CallCounts): JsonObject {
  const packed: Record<string, number | number[]> = {};
  for (const key of [...summed, "maxMs"] as const) if (counts[key] !== 0) packed[key] = counts[key];
  packed.buckets = [...counts.buckets.entries()].filter(([, count]) => count > 0).flat();
  return packed;
}

/** The counterpart of `packCounts`. What is missing is 0. */
export function unpackCounts(packed: JsonObject): CallCounts {
  const counts = noCounts();
  for (const key of [...summed, "maxMs"] as const) {
    const value = packed[key];
    if (typeof value === "number") counts[key] = value;
  }
  const buckets = Array.isArray(packed.buckets) ? packed.buckets : [];
  for (let index = 0; index + 1 < buckets.length; index += 2) {
    const bucket = buckets[index];
    const count = buckets[index + 1];
    if (typeof bucket === "number" && typeof count === "number" && bucket < bucketCount)
      counts.buckets[bucket] = count;
  }
  return counts;
}
