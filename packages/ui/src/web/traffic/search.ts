import { readTimeSearch, type TimeSearch } from "../history/range.js";

const sorts = ["name", "rate", "calls", "errors", "p50", "p95", "max", "bytes"] as const;
export type Sort = (typeof sorts)[number];

/** What stands in the URL of this page. */
export type TrafficSearch = TimeSearch & {
  readonly server?: string | undefined;
  /** Default: `calls`, most first. */
  readonly sort?: Sort | undefined;
  readonly order?: "up" | "down" | undefined;
};

export function readTrafficSearch(given: Record<string, unknown>): TrafficSearch {
  return {
    ...readTimeSearch(given),
    server: typeof given.server === "string" && given.server !== "" ? given.server : undefined,
    sort: sorts.find((one) => one === given.sort),
    order: (["up", "down"] as const).find((one) => one === given.order),
  };
}
