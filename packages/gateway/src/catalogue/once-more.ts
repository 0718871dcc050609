import { setTimeout as sleep } from "node:timers/promises";
import type { JsonRpcError } from "@hub/mcp";
import type { Route, Routing } from "./routing.js";

/** A store that does not answer must not keep those who ask for what is not there. */
const mostMs = 1_000;

export type RoutingOnceMore = {
  /** Finds the way by what is known now. */
  readonly find: () => Routing;
  /** See `GatewayOptions`. */
  readonly catchUp: (() => Promise<unknown>) | undefined;
  readonly onRoute: (route: Route) => void;
  readonly onError: (error: JsonRpcError) => void;
  readonly onFault: (error: unknown) => void;
};

/**
 * Finds the way of a request. What nobody here has may just have come to another hub, which listed it: then what hubs
 * wrote is read, and it is looked for once more.
 */
export function routeOnceMore({ find, catchUp, onRoute, onError, onFault }: RoutingOnceMore): void {
  const take = (routing: Routing) =>
    "error" in routing ? onError(routing.error) : onRoute(routing.route);
  const routing = find();
  if (catchUp === undefined || "route" in routing) {
    take(routing);
    return;
  }
  const over = new AbortController();
  const { signal } = over;
  Promise.race([catchUp(), sleep(mostMs, undefined, { signal, ref: false })])
    .finally(() => over.abort())
    .then(() => take(find()))
    .catch(onFault);
}
