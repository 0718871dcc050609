import type { AuditList, WhoAmI } from "@hub/api";
import type { AuditQuery } from "@hub/client";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { hub } from "../api/hub.js";
import { whoKey } from "../live/live.js";
import { untilLetGo } from "./held.js";

/** Tokens and budgets are no events, so they are asked for again while somebody looks. */
const everyMs = 10_000;

export const whoQuery = queryOptions({
  queryKey: whoKey,
  queryFn: async ({ signal }) => {
    // The answer may put the sign-in in the place of a token that is shown only once.
    await untilLetGo();
    return hub.whoAmI(signal);
  },
  refetchOnWindowFocus: true,
});

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => hub.session(signal),
});

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: ({ signal }) => hub.tokens(signal),
  staleTime: 0,
  refetchInterval: everyMs,
});

/** Servers that nobody let in yet, and those that somebody refused. */
export const admissionsQuery = queryOptions({
  queryKey: ["servers", "admissions"],
  queryFn: ({ signal }) => hub.servers({ admission: ["waiting", "refused"] }, signal),
  refetchInterval: everyMs,
});

export const limitsQuery = queryOptions({
  queryKey: ["limits"],
  queryFn: ({ signal }) => hub.health({ verbose: true }, signal),
  refetchInterval: everyMs,
});

/** They change when the hub starts, and some with their files. */
export const settingsQuery = queryOptions({
  queryKey: ["settings"],
  queryFn: ({ signal }) => hub.settings(signal),
  staleTime: 0,
});

/** Which lines of the audit are asked for. */
export type AuditFilter = Omit<AuditQuery, "limit" | "cursor">;

/** The audit, newest first, page by page. */
export const auditQuery = (of: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ["audit", of],
    queryFn: ({ pageParam, signal }) => hub.audit({ ...of, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined, // the type of every page's cursor
    getNextPageParam: (page: AuditList) => page.nextCursor,
    staleTime: 0,
  });

/** Whether nobody may do anything here who does not say who they are, and this browser has not. */
export function mustSignIn(who: WhoAmI): boolean {
  return !who.isOpen && who.kind === "anonymous";
}
