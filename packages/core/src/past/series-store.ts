import type { JsonObject } from "../json.js";

/**
 * What is kept over time: calls of a server by minute and by hour, calls of what it offers by hour, and the
 * statuses of servers with the runs of the hub.
 */
export const seriesKinds = ["minute", "hour", "item-hour", "status"] as const;

/** One of them. */
export type SeriesKind = (typeof seriesKinds)[number];

/** The budget of bytes that the rows of each kind share. */
export const seriesBudgets = {
  minute: "callMinuteBytes",
  hour: "callHourBytes",
  "item-hour": "callItemBytes",
  status: "statusBytes",
} as const;

/** What a row is found by. There is one at most. */
export type SeriesKey = {
  readonly kind: SeriesKind;
  /** The id of a server; "" stands for the hub. */
  readonly serverId: string;
  /** What of the server it is about; "" stands for all of it. */
  readonly item: string;
  /** Milliseconds since 1970, whole. */
  readonly at: number;
};

/** A row, and what it says. */
export type SeriesRow = SeriesKey & { readonly value: JsonObject };

/** Which rows of one server are asked for. */
export type SeriesQuery = Pick<SeriesKey, "kind" | "serverId"> & {
  /** This instant included. Default: from the first. */
  readonly from?: number | undefined;
  /** This one not. Default: to the last. */
  readonly until?: number | undefined;
};

/**
 * Where what happened over time survives. Rows are put in the place of those with their keys, many in one write;
 * when those of a kind take more than its budget (`seriesBudgets`), the oldest of them go. What was acknowledged
 * survives `kill -9` and, on disk, a power loss. A store that cannot write rejects with STORE_UNAVAILABLE and keeps
 * what it had. Every adapter runs `series-store-contract.ts`.
 */
export interface SeriesStore {
  /** Puts all of these or none. */
  put(rows: readonly SeriesRow[]): Promise<void>;
  /** Those of the keys that there are, in no order. */
  get(keys: readonly SeriesKey[]): Promise<readonly SeriesRow[]>;
  /** In order of time. */
  range(query: SeriesQuery): Promise<readonly SeriesRow[]>;
  /** Removes these rows, or those of them that there are. */
  remove(keys: readonly SeriesKey[]): Promise<void>;
  /** Removes what there is of a server. */
  forget(serverId: string): Promise<void>;
  /** Removes rows of a kind from before an instant. */
  trim(kind: SeriesKind, before: number): Promise<void>;
  /** Removes rows of a kind from an instant on: the clock went back behind it. */
  cut(kind: SeriesKind, from: number): Promise<void>;
}

/** What a row takes besides its value: its key, twice, since it is found in two ways. */
export const seriesKeyBytes = 128;
