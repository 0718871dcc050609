const hourMs = 3_600_000;

/** Times that one can choose, up to now. */
export const ranges = {
  "1h": { label: "1 hour", words: "The last hour", ms: hourMs },
  "24h": { label: "24 hours", words: "The last 24 hours", ms: 24 * hourMs },
  "7d": { label: "7 days", words: "The last 7 days", ms: 7 * 24 * hourMs },
  "30d": { label: "30 days", words: "The last 30 days", ms: 30 * 24 * hourMs },
} as const;

/** One of them. */
export type RangeKey = keyof typeof ranges;
const rangeKeys = Object.keys(ranges) as RangeKey[]; // all of its keys

/** Which time is looked at: up to now, or what somebody zoomed into. */
export type TimeSearch = {
  /** Default: `1h`. */
  readonly range?: RangeKey | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
};

const instantIn = (value: unknown) =>
  typeof value === "string" && !Number.isNaN(Date.parse(value))
    ? new Date(value).toISOString()
    : undefined;

/** Reads a query string; what nobody knows is left out. */
export function readTimeSearch(given: Record<string, unknown>): TimeSearch {
  const from = instantIn(given.from);
  const until = instantIn(given.until);
  return {
    range: rangeKeys.find((key) => key === given.range),
    ...(from === undefined || until === undefined || from >= until
      ? { from: undefined, until: undefined }
      : { from, until }),
  };
}
