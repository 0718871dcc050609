import type { WhoAmI } from "@hub/api";
import type { TokenInput } from "@hub/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
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

/** Whether nobody may do anything here who does not say who they are, and this browser has not. */
export function mustSignIn(who: WhoAmI): boolean {
  return !who.isOpen && who.kind === "anonymous";
}

/** Whether somebody administers the whole hub. */
export function isAdmin({ grants }: WhoAmI): boolean {
  return grants.some(
    ({ action, servers, tags, tools }) =>
      action === "admin" && servers === undefined && tags === undefined && tools === undefined,
  );
}

/** Everything that was read is somebody else's now. */
function useForgetAll() {
  const queries = useQueryClient();
  return () => queries.resetQueries();
}

export function useSignIn() {
  const forgetAll = useForgetAll();
  return useMutation({ mutationFn: (token: string) => hub.signIn(token), onSuccess: forgetAll });
}

export function useSignOut() {
  const forgetAll = useForgetAll();
  return useMutation({ mutationFn: () => hub.signOut(), onSuccess: forgetAll });
}

/** Making the first token closes the hub, so who this browser is may change with it. */
function useChangeTokens<Given, Made>(mutationFn: (given: Given) => Promise<Made>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => queries.invalidateQueries({ queryKey: ["tokens"] }),
  });
}

export const useCreateToken = () => useChangeTokens((token: TokenInput) => hub.createToken(token));
export const useRevokeToken = () => useChangeTokens((id: string) => hub.revokeToken(id));

/** Lets a server in as it was read, or refuses it. */
export function useJudge(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ isAdmitted, reason }: { isAdmitted: boolean; reason?: string | undefined }) =>
      isAdmitted ? hub.admit(id) : hub.refuse(id, reason),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["servers"] }),
  });
}
