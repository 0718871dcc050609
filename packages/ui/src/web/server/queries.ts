import type {
  CallList,
  CapabilityChangeList,
  Diagnosis,
  ServerDetail,
  ServerPrompts,
  ServerResources,
  ServerTools,
  Traffic,
} from "@hub/api";
import type { EditInput } from "@hub/client";
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { allPages, type NextPage } from "../api/all-pages.js";
import { ask, askJson } from "../api/http.js";
import { serverQuery } from "../api/queries.js";

const part = encodeURIComponent;

type Offers = {
  readonly tools: ServerTools;
  readonly prompts: ServerPrompts;
  readonly resources: ServerResources;
};

/** Most servers fit into one page; of the largest, all pages are read. */
export const offersQuery = <Kind extends keyof Offers>(id: string, kind: Kind) =>
  queryOptions({
    queryKey: ["server", id, kind],
    queryFn: ({ signal }) => {
      const path = `/servers/${part(id)}/${kind}`;
      return allPages((cursor) =>
        askJson<Offers[Kind] & NextPage>(cursor === "" ? path : `${path}?cursor=${cursor}`, {
          signal,
        }),
      );
    },
  });

const changesOnPage = 20;

export const changesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["server", id, "changes"],
    queryFn: ({ signal, pageParam }) =>
      askJson<CapabilityChangeList>(
        `/servers/${part(id)}/changes?limit=${changesOnPage}${pageParam === "" ? "" : `&cursor=${pageParam}`}`,
        { signal },
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.nextCursor,
  });

/** Calls are no events, so they are asked for again while somebody looks. */
const callsEveryMs = 3_000;
export const mostCalls = 100;

export const callsQuery = (id: string) =>
  queryOptions({
    queryKey: ["server", id, "calls"],
    queryFn: ({ signal }) =>
      askJson<CallList>(`/calls?server=${part(id)}&limit=${mostCalls}`, {
        signal,
      }),
    refetchInterval: callsEveryMs,
    staleTime: 0,
  });

export const trafficQuery = (id: string) =>
  queryOptions({
    queryKey: ["server", id, "traffic"],
    queryFn: ({ signal }) => askJson<Traffic>(`/traffic?server=${part(id)}`, { signal }),
    refetchInterval: callsEveryMs,
    staleTime: 0,
  });

/** The hub looks at the server for it, so it is asked when somebody opens the tab or wants it again. */
export const diagnosisQuery = (id: string) =>
  queryOptions({
    queryKey: ["diagnosis", id],
    queryFn: ({ signal }) =>
      askJson<Diagnosis>("/diagnose", { method: "POST", body: { server: id }, signal }),
    staleTime: 0,
    refetchOnWindowFocus: false,
  });

/** Has all instances probed; the answer is the server after it. */
export function useProbe(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => askJson<ServerDetail>(`/servers/${part(id)}/probe`, { method: "POST" }),
    onSuccess: (server) => {
      queries.setQueryData(serverQuery(id).queryKey, server);
      void queries.invalidateQueries({ queryKey: ["servers"] });
      void queries.invalidateQueries({ queryKey: ["pulse"] });
    },
  });
}

/** Says of a server what somebody here knows better; the answer is the server after it. */
export function useEdit(id: string, onSaved: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ change, etag }: { readonly change: EditInput; readonly etag: string }) =>
      askJson<ServerDetail>(`/servers/${part(id)}`, {
        method: "PATCH",
        body: change,
        headers: { "if-match": etag },
      }),
    onSuccess: (server) => {
      onSaved();
      queries.setQueryData(serverQuery(id).queryKey, server);
      void queries.invalidateQueries({ queryKey: ["servers"] });
    },
  });
}

/** Removes a server and its history, whoever it belongs to. */
export function useRemove(id: string, onRemoved: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => ask(`/servers/${part(id)}?force=true`, { method: "DELETE" }),
    onSuccess: () => {
      onRemoved();
      void queries.invalidateQueries({ queryKey: ["servers"] });
    },
  });
}
