import type { ServerDetail, ServerPrompts, ServerResources, ServerTools } from "@hub/api";
import type { EditInput } from "@hub/client";
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { allPages } from "../api/all-pages.js";
import { hub } from "../api/hub.js";
import { serverQuery } from "../api/queries.js";
import { tell } from "../toasts/toasts.js";
import { restorationOf, takingBack } from "./take-back.js";

type Offers = {
  readonly tools: ServerTools;
  readonly prompts: ServerPrompts;
  readonly resources: ServerResources;
};

type Read<Kind extends keyof Offers> = (
  id: string,
  query: { readonly cursor?: string | undefined },
  signal: AbortSignal,
) => Promise<Offers[Kind]>;

const readers: { readonly [Kind in keyof Offers]: Read<Kind> } = {
  tools: (...asked) => hub.serverTools(...asked),
  prompts: (...asked) => hub.serverPrompts(...asked),
  resources: (...asked) => hub.serverResources(...asked),
};

/** Most servers fit into one page; of the largest, all pages are read. */
export const offersQuery = <Kind extends keyof Offers>(id: string, kind: Kind) =>
  queryOptions({
    queryKey: ["server", id, kind],
    queryFn: ({ signal }) => allPages((cursor) => readers[kind](id, { cursor }, signal)),
  });

const changesOnPage = 20;

export const changesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["server", id, "changes"],
    queryFn: ({ signal, pageParam }) =>
      hub.serverChanges(id, { limit: changesOnPage, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined, // the type of every page's cursor
    getNextPageParam: (last) => last.nextCursor,
  });

/** Calls are no events, so they are asked for again while somebody looks. */
const callsEveryMs = 3_000;
export const mostCalls = 100;

export const callsQuery = (id: string) =>
  queryOptions({
    queryKey: ["server", id, "calls"],
    queryFn: ({ signal }) => hub.calls({ server: id, limit: mostCalls }, signal),
    refetchInterval: callsEveryMs,
    staleTime: 0,
  });

export const trafficQuery = (id: string) =>
  queryOptions({
    queryKey: ["server", id, "traffic"],
    queryFn: ({ signal }) => hub.traffic({ server: id }, signal),
    refetchInterval: callsEveryMs,
    staleTime: 0,
  });

/** The hub looks at the server for it, so it is asked when somebody opens the tab or wants it again. */
export const diagnosisQuery = (id: string) =>
  queryOptions({
    queryKey: ["diagnosis", id],
    queryFn: ({ signal }) => hub.diagnose({ server: id }, signal),
    staleTime: 0,
    refetchOnWindowFocus: false,
  });

/** Has all instances probed; the answer is the server after it. */
export function useProbe(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => hub.probe(id),
    onSuccess: (server) => {
      queries.setQueryData(serverQuery(id).queryKey, server);
      void queries.invalidateQueries({ queryKey: ["servers"] });
      void queries.invalidateQueries({ queryKey: ["pulse"] });
    },
  });
}

/**
 * Says of a server what somebody here knows better; the answer is the server after it. `told`: what the toast
 * says, which offers to take it back.
 */
export function useEdit(
  server: ServerDetail,
  { told, onSaved }: { readonly told: string; readonly onSaved?: () => void },
) {
  const queries = useQueryClient();
  const { id } = server;
  const keep = (changed: ServerDetail) => {
    queries.setQueryData(serverQuery(id).queryKey, changed);
    void queries.invalidateQueries({ queryKey: ["servers"] });
  };
  return useMutation({
    mutationFn: ({ change, etag }: { readonly change: EditInput; readonly etag: string }) =>
      hub.edit(id, change, etag),
    onSuccess: (changed, { change }) => {
      onSaved?.();
      keep(changed);
      tell(told, async () => keep(await hub.edit(id, takingBack(server, change))));
    },
  });
}

/** Registers a server that was removed as it was, without its history and its credentials. */
export async function restore(server: ServerDetail): Promise<void> {
  const { registration, edits } = restorationOf(server);
  const answer = await hub.register(registration);
  if (edits !== undefined) await hub.edit(answer.server.id, edits);
}

/**
 * Removes a server and its history, whoever it belongs to. The toast offers to register it again as it was,
 * without its history and its credentials.
 */
export function useRemove(server: ServerDetail, onRemoved: () => void) {
  const queries = useQueryClient();
  const { id, name } = server;
  const bringBack = async () => {
    await restore(server);
    await queries.invalidateQueries();
  };
  return useMutation({
    mutationFn: () => hub.removeByForce(id),
    onSuccess: () => {
      onRemoved();
      void queries.invalidateQueries({ queryKey: ["servers"] });
      const isPoorer = server.credentials !== undefined;
      tell(`${name} is removed${isPoorer ? ", and its credentials with it" : ""}.`, bringBack);
    },
  });
}
