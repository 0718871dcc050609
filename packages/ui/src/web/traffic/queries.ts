import { queryOptions } from "@tanstack/react-query";
import { askJson } from "../api/http.js";

export type Figures = {
  readonly calls: number;
  readonly callsPerMinute: number;
  readonly errors: number;
  readonly inFlight: number;
  readonly bytes: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
};

export type TrafficRow = Figures & {
  readonly serverId: string;
  readonly method: string;
  readonly name?: string;
};

export type ServerTraffic = Figures & { readonly serverId: string };

export type Minute = { readonly at: string; readonly calls: number; readonly errors: number };

export type TrafficAnswer = {
  readonly rows: readonly TrafficRow[];
  readonly servers: readonly ServerTraffic[];
  readonly minutes: readonly Minute[];
};

export type Call = {
  readonly at: string;
  readonly serverId: string;
  readonly method: string;
  readonly name?: string;
  readonly client?: string;
  readonly durationMs: number;
  readonly bytes: number;
  readonly outcome: "ok" | "tool-error" | "error" | "cancelled" | "hub-error";
};

/** Calls make no events, so they are asked for. */
const everyMs = 3_000;

const only = (server: string | undefined) =>
  server === undefined ? "" : `server=${encodeURIComponent(server)}`;

export const trafficQuery = (server: string | undefined) =>
  queryOptions({
    queryKey: ["traffic", server ?? ""],
    queryFn: ({ signal }) => askJson<TrafficAnswer>(`/traffic?${only(server)}`, { signal }),
    refetchInterval: everyMs,
    staleTime: 0,
    placeholderData: (previous) => previous,
  });

export const callsQuery = (server: string | undefined, limit: number) =>
  queryOptions({
    queryKey: ["calls", server ?? "", limit],
    queryFn: ({ signal }) =>
      askJson<{ readonly calls: readonly Call[] }>(`/calls?limit=${limit}&${only(server)}`, {
        signal,
      }),
    refetchInterval: everyMs,
    staleTime: 0,
    placeholderData: (previous) => previous,
  });
