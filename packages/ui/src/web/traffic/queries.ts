import type { CallList, Traffic } from "@hub/api";
import { queryOptions } from "@tanstack/react-query";
import { askJson } from "../api/http.js";

/** Calls make no events, so they are asked for. */
const everyMs = 3_000;

const only = (server: string | undefined) =>
  server === undefined ? "" : `server=${encodeURIComponent(server)}`;

export const trafficQuery = (server: string | undefined) =>
  queryOptions({
    queryKey: ["traffic", server ?? ""],
    queryFn: ({ signal }) => askJson<Traffic>(`/traffic?${only(server)}`, { signal }),
    refetchInterval: everyMs,
    staleTime: 0,
    placeholderData: (previous) => previous,
  });

export const callsQuery = (server: string | undefined, limit: number) =>
  queryOptions({
    queryKey: ["calls", server ?? "", limit],
    queryFn: ({ signal }) =>
      askJson<CallList>(`/calls?limit=${limit}&${only(server)}`, {
        signal,
      }),
    refetchInterval: everyMs,
    staleTime: 0,
    placeholderData: (previous) => previous,
  });
