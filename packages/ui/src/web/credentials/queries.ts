import type { CredentialList } from "@hub/api";
import type { CredentialInput } from "@hub/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { hub } from "../api/hub.js";

/** Below the key of its server: what events say of the server has this read again as well. */
export const credentialsQuery = (id: string) =>
  queryOptions({
    queryKey: ["server", id, "credentials"],
    queryFn: ({ signal }) => hub.credentials(id, signal),
    staleTime: 0,
  });

/** Each change answers what the hub holds after it. */
function useChange<Given>(id: string, change: (given: Given) => Promise<CredentialList>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    // The secret is in what was given; it is nobody's to read once it was sent.
    gcTime: 0,
    onSuccess: (list) => queries.setQueryData(credentialsQuery(id).queryKey, list),
  });
}

export const useSetCredential = (id: string) =>
  useChange(id, (given: CredentialInput) => hub.setCredential(id, given));

export const useRemoveCredential = (id: string) =>
  useChange(id, (name: string) => hub.removeCredentials(id, name));

export const useConfirmOrigins = (id: string) =>
  useChange(id, (origins: readonly string[]) => hub.confirmCredentials(id, origins));
