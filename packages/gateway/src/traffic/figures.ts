/** What is counted of calls. */
export type Counts = {
  calls: number;
  errors: number;
  inFlight: number;
  bytes: number;
  maxMs: number;
  /** Calls by latency: a bucket holds what took up to 2^(n/4) times 0.25 ms. */
  readonly buckets: Uint32Array;
};

/** What there is to say about calls that were counted. */
export type Figures = {
  readonly calls: number;
  /** Of the last 60 seconds. */
  readonly callsPerMinute: number;
  readonly errors: number;
  readonly inFlight: number;
  readonly bytes: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
};

const bucketCount = 80;

const bucketOf = (ms: number) =>
  Math.min(bucketCount - 1, Math.max(0, Math.ceil(4 * Math.log2(Math.max(ms, 0.25) / 0.25))));
const upperMs = (bucket: number) => 0.25 * 2 ** (bucket / 4);

export const noCounts = (): Counts => ({
  calls: 0,
  errors: 0,
  inFlight: 0,
  bytes: 0,
  maxMs: 0,
  buckets: new Uint32Array(bucketCount),
});

export function addDuration(counts: Counts, durationMs: number): void {
  counts.maxMs = Math.max(counts.maxMs, durationMs);
  const bucket = bucketOf(durationMs);
  counts.buckets[bucket] = (counts.buckets[bucket] ?? 0) + 1;
}

export function addCounts(sum: Counts, more: Counts): void {
  sum.calls += more.calls;
  sum.errors += more.errors;
  sum.inFlight += more.inFlight;
  sum.bytes += more.bytes;
  sum.maxMs = Math.max(sum.maxMs, more.maxMs);
  for (const [bucket, count] of more.buckets.entries())
    sum.buckets[bucket] = (sum.buckets[bucket] ?? 0) + count;
}

export function figures(counts: Counts, perMinute: number): Figures {
  return {
    calls: counts.calls,
    callsPerMinute: Math.round(perMinute * 10) / 10,
    errors: counts.errors,
    inFlight: counts.inFlight,
    bytes: counts.bytes,
    p50Ms: quantile(counts, 0.5),
    p95Ms: quantile(counts, 0.95),
    maxMs: counts.maxMs,
  };
}

function quantile(row: Counts, share: number): number {
  const wanted = row.calls * share;
  let seen = 0;
  for (const [bucket, count] of row.buckets.entries()) {
    seen += count;
    if (seen >= wanted && count > 0)
      return Math.round(Math.min(upperMs(bucket), row.maxMs) * 100) / 100;
  }
  return 0;
}
