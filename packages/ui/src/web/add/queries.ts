import type { RegistrationInput } from "@hub/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { hub } from "../api/hub.js";
import { statusOf } from "../api/problem.js";
import { tell } from "../toasts/toasts.js";

const mostRetries = 3;

/** What the hub finds at an address. It looks each time it is asked, and registers nothing. */
export const lookAt = (endpoint: string | undefined) =>
  queryOptions({
    queryKey: ["look at", endpoint],
    queryFn: ({ signal }) => hub.diagnose({ endpoint: endpoint ?? "" }, signal),
    enabled: endpoint !== undefined,
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    // The hub makes a few diagnoses at a time, and each takes seconds at most.
    retry: (count, error) => count < mostRetries && statusOf(error) === 429,
  });

/** A header that the hub sends to a server; its value is a secret. */
export type Header = { readonly name: string; readonly value: string };

/** A server as somebody adds it on the page. */
export type Added = {
  /** Without a lease: nobody would renew it. The hub's own probe keeps the server listed. */
  readonly registration: RegistrationInput;
  readonly headers: readonly Header[];
};

/** What became of one of them. */
export type Outcome =
  | { readonly kind: "added" | "known" | "leased"; readonly id: string; readonly name: string }
  | { readonly kind: "refused"; readonly error: unknown };

/**
 * Registers a server, and gives the hub what the server wants to be asked with. When the hub takes one of the
 * headers not, the server is removed again if it is new, so that a second try begins anew.
 */
async function add({ registration, headers }: Added, known: ReadonlySet<string>): Promise<Outcome> {
  try {
    const { server, retryAfterMs } = await hub.register(registration);
    const { id, name } = server;
    const isKnown = known.has(id);
    // Somebody else holds its lease, and nothing was changed.
    if (retryAfterMs !== undefined) return { kind: "leased", id, name };
    try {
      for (const header of headers) await hub.setCredential(id, { kind: "header", ...header });
    } catch (error) {
      if (!isKnown) await hub.removeByForce(id);
      throw error;
    }
    return { kind: isKnown ? "known" : "added", id, name };
  } catch (error) {
    return { kind: "refused", error };
  }
}

/** Adds servers one after the other, and says so with a way back. Resolves with what became of each. */
export function useAdd() {
  const queries = useQueryClient();
  const again = () => queries.invalidateQueries({ queryKey: ["servers"] });
  return useMutation({
    mutationFn: async (all: readonly Added[]): Promise<readonly Outcome[]> => {
      const before = await hub.everyServer({ hidden: true });
      const known = new Set(before.map(({ id }) => id));
      const outcomes: Outcome[] = [];
      for (const one of all) outcomes.push(await add(one, known));
      return outcomes;
    },
    onSuccess: (outcomes) => {
      void again();
      const added = outcomes.flatMap((one) => (one.kind === "added" ? [one] : []));
      const [first] = added;
      if (first === undefined) return;
      const what =
        added.length === 1 ? `${first.name} is added.` : `${added.length} servers are added.`;
      tell(what, async () => {
        for (const { id } of added) await hub.removeByForce(id);
        await again();
      });
    },
  });
}
