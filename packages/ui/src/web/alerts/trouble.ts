import type { ServerSummary } from "@hub/api";
import { isTrouble, type ServerState, stateOf } from "../parts/seriousness.js";

/** Of which servers somebody wants to hear. Both empty: of all. */
export type Scope = { readonly servers: readonly string[]; readonly tags: readonly string[] };

export type Alert = {
  readonly serverId: string;
  readonly name: string;
  readonly state: ServerState;
  /** Why, where the hub knows. */
  readonly cause: string | undefined;
};

export type States = ReadonlyMap<string, ServerState>;

/** States that last seconds at most: nothing to call somebody for, and on the way from one state to another. */
const passing: ReadonlySet<ServerState> = new Set(["suspect", "pending"]);

/** The last states of servers that do not pass by themselves; `before`: those that were known until now. */
export function statesOf(servers: readonly ServerSummary[], before?: States): States {
  return new Map(
    servers.map((server) => {
      const state = stateOf(server);
      return [server.id, passing.has(state) ? (before?.get(server.id) ?? state) : state];
    }),
  );
}

const isToTell = (state: ServerState) => isTrouble(state) && !passing.has(state);

function isInScope({ id, tags }: ServerSummary, scope: Scope): boolean {
  if (scope.servers.length + scope.tags.length === 0) return true;
  return scope.servers.includes(id) || tags.some((tag) => scope.tags.includes(tag));
}

/** What came into trouble, or out of it, since the states before. Whoever is new is told only when it is in trouble. */
export function alertsOf(
  before: States,
  servers: readonly ServerSummary[],
  scope: Scope,
): readonly Alert[] {
  return servers.flatMap((server): readonly Alert[] => {
    const state = stateOf(server);
    const was = before.get(server.id);
    const isNews =
      was !== state && (isToTell(state) || (state === "up" && was !== undefined && isToTell(was)));
    if (!isNews || !isInScope(server, scope)) return [];
    const { id: serverId, name, title, instances } = server;
    const cause = instances.find(({ problem }) => problem !== undefined)?.problem?.cause;
    return [{ serverId, name: title ?? name, state, cause: state === "up" ? undefined : cause }];
  });
}
