import { queryOptions } from "@tanstack/react-query";
import { allPages } from "./all-pages.js";
import { hub } from "./hub.js";

const everyPage = (hidden: boolean | undefined, signal: AbortSignal) =>
  // A cursor says by itself what it goes on with.
  allPages((cursor) => hub.servers(cursor === undefined ? { hidden } : { cursor }, signal));

export const serversQuery = queryOptions({
  queryKey: ["servers"],
  queryFn: ({ signal }) => everyPage(undefined, signal),
});

/** With those that an operator hid. */
export const allServersQuery = queryOptions({
  queryKey: ["servers", "hidden too"],
  queryFn: ({ signal }) => everyPage(true, signal),
});

export const pulseQuery = queryOptions({
  queryKey: ["pulse"],
  queryFn: ({ signal }) => hub.pulse({}, signal),
  refetchInterval: 5_000,
});

export const serverQuery = (id: string) =>
  queryOptions({
    queryKey: ["server", id],
    queryFn: ({ signal }) => hub.server(id, signal),
    // Leases and probes go on without events.
    refetchInterval: 5_000,
  });

/** The tools of all servers that fit some words, the best first. */
export const toolSearchQuery = (words: string, limit = 50) =>
  queryOptions({
    queryKey: ["tool-search", words, limit],
    queryFn: ({ signal }) => hub.tools({ q: words, limit }, signal),
    enabled: words.trim() !== "",
    staleTime: 10_000,
    placeholderData: (previous) => previous,
  });
