import type { Pulse, ServerDetail, ServerList, ToolList } from "@hub/api";
import { queryOptions } from "@tanstack/react-query";
import { allPages } from "./all-pages.js";
import { askJson } from "./http.js";

const part = encodeURIComponent;

const allFrom = (first: string, signal: AbortSignal) =>
  allPages((cursor) =>
    askJson<ServerList>(cursor === "" ? first : `/servers?cursor=${cursor}`, { signal }),
  );

export const serversQuery = queryOptions({
  queryKey: ["servers"],
  queryFn: ({ signal }) => allFrom("/servers", signal),
});

/** With those that an operator hid. */
export const allServersQuery = queryOptions({
  queryKey: ["servers", "hidden too"],
  queryFn: ({ signal }) => allFrom("/servers?hidden=true", signal),
});

export const pulseQuery = queryOptions({
  queryKey: ["pulse"],
  queryFn: ({ signal }) => askJson<Pulse>("/pulse", { signal }),
  refetchInterval: 5_000,
});

export const serverQuery = (id: string) =>
  queryOptions({
    queryKey: ["server", id],
    queryFn: ({ signal }) => askJson<ServerDetail>(`/servers/${part(id)}`, { signal }),
    // Leases and probes go on without events.
    refetchInterval: 5_000,
  });

/** The tools of all servers that fit some words, the best first. */
export const toolSearchQuery = (words: string, limit = 50) =>
  queryOptions({
    queryKey: ["tool-search", words, limit],
    queryFn: ({ signal }) =>
      askJson<ToolList>(`/tools?q=${part(words)}&limit=${limit}`, { signal }),
    enabled: words.trim() !== "",
    staleTime: 10_000,
    placeholderData: (previous) => previous,
  });
