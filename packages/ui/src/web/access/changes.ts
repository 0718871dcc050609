import type { TokenInput } from "@hub/client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { hub } from "../api/hub.js";

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
    // What was read, and nothing that registered since.
    mutationFn: ({ isAdmitted, etag }: { isAdmitted: boolean; etag: string }) =>
      isAdmitted ? hub.admit(id, etag) : hub.refuse(id, undefined, etag),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["servers"] }),
  });
}
