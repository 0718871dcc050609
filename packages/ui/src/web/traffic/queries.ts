import { queryOptions } from "@tanstack/react-query";
import { hub } from "../api/hub.js";

/** Calls make no events, so they are asked for. */
const everyMs = 3_000;

export const trafficQuery = (server: string | undefined) =>
  queryOptions({
    queryKey: ["traffic", server ?? ""],
    queryFn: ({ signal }) => hub.traffic({ server }, signal),
    refetchInterval: everyMs,
    staleTime: 0,
    placeholderData: (previous) => previous,
  });

export const callsQuery = (server: string | undefined, limit: number) =>
  queryOptions({
    queryKey: ["calls", server ?? "", limit],
    queryFn: ({ signal }) => hub.calls({ server, limit }, signal),
    refetchInterval: everyMs,
    staleTime: 0,
    placeholderData: (previous) => previous,
  });
