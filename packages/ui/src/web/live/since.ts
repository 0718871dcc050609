import type { Event } from "@hub/api";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { hub } from "../api/hub.js";
import { onHubEvent } from "./live.js";

type Since = {
  readonly name: string;
  readonly status: string;
  /** When it became so. */
  readonly at: string;
};

export type Changes = {
  readonly byServer: ReadonlyMap<string, Since>;
  /** The last one of all. */
  readonly last: Since | undefined;
};

/** Since when servers are as they are, from changes of status, newest first. */
function changesOf(events: readonly Event[]): Changes {
  const byServer = new Map<string, Since>();
  const isKnown = new Set<string>();
  for (const event of events) {
    if (event.kind !== "status-changed") continue;
    const { serverId, name, at, serverStatus: status } = event;
    const since = byServer.get(serverId);
    // One instance of several may change without the server.
    if (since === undefined || (!isKnown.has(serverId) && since.status === status))
      byServer.set(serverId, { name, status, at });
    else isKnown.add(serverId);
  }
  let last: Since | undefined;
  for (const since of byServer.values()) if (last === undefined || since.at > last.at) last = since;
  return { byServer, last };
}

const changesQuery = queryOptions({
  queryKey: ["last-changes"],
  queryFn: async ({ signal }) => {
    const page = await hub.events({ limit: 1_000, kind: "status-changed" }, signal);
    return changesOf(page.events);
  },
  staleTime: 0,
});

/** Since when each server is as it is, as far as the last thousand changes tell; live. */
export function useChanges(): Changes | undefined {
  const queries = useQueryClient();
  useEffect(
    () =>
      onHubEvent((event) => {
        if (event.kind !== "status-changed") return;
        queries.setQueryData(changesQuery.queryKey, (known) => {
          const status = event.serverStatus;
          if (known === undefined || known.byServer.get(event.serverId)?.status === status)
            return known;
          const since = { name: event.name, status, at: event.at };
          return { byServer: new Map(known.byServer).set(event.serverId, since), last: since };
        });
      }),
    [queries],
  );
  return useQuery(changesQuery).data;
}
