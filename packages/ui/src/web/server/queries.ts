import type { ServerDetail } from "@hub/api";
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
import type { Definition } from "./definition.js";

const part = encodeURIComponent;

/** What the hub last read of a server. Its `snapshot` is null until it has read anything. */
type Read = { readonly snapshot: { readonly hash: string } | null };
type Offers = {
  readonly tools: Read & { readonly tools: readonly Definition[] };
  readonly prompts: Read & { readonly prompts: readonly Definition[] };
  readonly resources: Read & {
    readonly resources: readonly Definition[];
    readonly resourceTemplates: readonly Definition[];
  };
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

/** What came, went or changed in a server; see `isCut` and `omitted` for what is not kept. */
export type ChangedItem = {
  readonly change: "added" | "removed" | "changed";
  readonly kind: "tools" | "resources" | "resourceTemplates" | "prompts";
  readonly key: string;
  /** Of one that changed, the members that differ; else all of it. */
  readonly before?: Definition;
  readonly after?: Definition;
  /** Its definitions were too large to be kept. */
  readonly isCut?: boolean;
};

export type Change = {
  /** The number of its event in the journal. */
  readonly seq: number;
  readonly at: string;
  readonly hash: string;
  /** Missing for the first time that the hub read the server. */
  readonly previousHash?: string;
  readonly items: readonly ChangedItem[];
  /** How many more changed than were kept. */
  readonly omitted?: number;
};

type ChangesPage = { readonly changes: readonly Change[]; readonly nextCursor?: string };
const changesOnPage = 20;

export const changesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["server", id, "changes"],
    queryFn: ({ signal, pageParam }) =>
      askJson<ChangesPage>(
        `/servers/${part(id)}/changes?limit=${changesOnPage}${pageParam === "" ? "" : `&cursor=${pageParam}`}`,
        { signal },
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.nextCursor,
  });

export type Call = {
  readonly at: string;
  readonly method: string;
  readonly name?: string;
  readonly instanceId?: string;
  readonly client?: string;
  readonly durationMs: number;
  readonly bytes: number;
  /** What was asked, where the operator has it kept. */
  readonly params?: string;
  readonly outcome: "ok" | "tool-error" | "error" | "cancelled" | "hub-error";
};

export type TrafficRow = {
  readonly method: string;
  readonly name?: string;
  readonly calls: number;
  readonly errors: number;
  readonly inFlight: number;
  readonly bytes: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
};

/** Calls are no events, so they are asked for again while somebody looks. */
const callsEveryMs = 3_000;
export const mostCalls = 100;

export const callsQuery = (id: string) =>
  queryOptions({
    queryKey: ["server", id, "calls"],
    queryFn: ({ signal }) =>
      askJson<{ readonly calls: readonly Call[] }>(`/calls?server=${part(id)}&limit=${mostCalls}`, {
        signal,
      }),
    refetchInterval: callsEveryMs,
    staleTime: 0,
  });

export const trafficQuery = (id: string) =>
  queryOptions({
    queryKey: ["server", id, "traffic"],
    queryFn: ({ signal }) =>
      askJson<{ readonly rows: readonly TrafficRow[] }>(`/traffic?server=${part(id)}`, { signal }),
    refetchInterval: callsEveryMs,
    staleTime: 0,
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
