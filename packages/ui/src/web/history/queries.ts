import type { HubHistory, ServerHistory } from "@hub/api";
import { queryOptions } from "@tanstack/react-query";
import { hub } from "../api/hub.js";
import { hubNow } from "../live/clock.js";
import { ranges, type TimeSearch } from "./range.js";

/** Calls make no events, so they are asked for; what is over stays as it was. */
const everyMs = 5_000;

const timeOf = ({ range = "1h", from, until }: TimeSearch) =>
  from === undefined || until === undefined
    ? { from: new Date(hubNow() - ranges[range].ms).toISOString() }
    : { from, until };

/** Calls over time, of all servers or of one. */
export const historyQuery = (server: string | undefined, time: TimeSearch) =>
  queryOptions({
    queryKey: ["history", server ?? "", time.range ?? "1h", time.from ?? "", time.until ?? ""],
    queryFn: ({ signal }): Promise<HubHistory | ServerHistory> =>
      server === undefined
        ? hub.history(timeOf(time), signal)
        : hub.serverHistory(server, timeOf(time), signal),
    refetchInterval: time.until === undefined ? everyMs : false,
    staleTime: 0,
    placeholderData: (previous) => previous,
  });

const dayMs = 86_400_000;

/** What a server was in the last 90 days, by day. */
export const uptimeQuery = (id: string) =>
  queryOptions({
    queryKey: ["server", id, "uptime"],
    queryFn: ({ signal }) =>
      hub.uptime(id, { from: new Date(hubNow() - 89 * dayMs).toISOString(), step: "1d" }, signal),
    refetchInterval: 30_000,
    staleTime: 0,
  });
