import { type CallCounts, errorsOf, quantile } from "@hub/core/past";

/** What there is to say about calls that were counted. */
export type Figures = {
  readonly calls: number;
  /** Of the last 60 seconds. */
  readonly callsPerMinute: number;
  readonly errors: number;
  readonly toolErrors: number;
  readonly refusals: number;
  readonly unanswered: number;
  readonly inFlight: number;
  readonly bytes: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
};

export function figures(counts: CallCounts, inFlight: number, perMinute: number): Figures {
  const { calls, toolErrors, refusals, unanswered, bytes, maxMs } = counts;
  return {
    calls,
    callsPerMinute: Math.round(perMinute * 10) / 10,
    errors: errorsOf(counts),
    toolErrors,
    refusals,
    unanswered,
    inFlight,
    bytes,
    p50Ms: quantile(counts, 0.5),
    p95Ms: quantile(counts, 0.95),
    maxMs,
  };
}
