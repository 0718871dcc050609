import type { Cell, Path } from "./cells.js";
import type { ClientKind } from "./clients/kinds.js";
import type { FeatureName } from "./features.js";
import type { ServerKind } from "./servers/kinds.js";

export type Limit = {
  readonly server: ServerKind;
  readonly features: readonly FeatureName[];
  /** Default: all. */
  readonly clients?: readonly ClientKind[];
  /** Default: all. What is tried there must fail; without it, what is tried directly. */
  readonly paths?: readonly Path[];
  readonly reason: string;
};

/** What a server does not do by its nature, and why: nothing that stands between can give it. */
export const limits: readonly Limit[] = [
  {
    server: "SDK v2 modern-only",
    features: ["state between calls"],
    reason: "2026-07-28 has no sessions",
  },
  ...(["SDK v1", "SDK v2 legacy", "npm fastmcp"] as const).map(
    (server): Limit => ({
      server,
      features: ["state between calls"],
      clients: ["SDK v2 2026-07-28"],
      paths: ["aggregate", "pass-through"],
      reason: "a client that is pinned to 2026-07-28 has no session in which to keep it",
    }),
  ),
  {
    server: "npm fastmcp",
    features: ["log level"],
    reason: "it takes logging/setLevel and sends every level all the same",
  },
  {
    server: "npm fastmcp",
    features: ["roots"],
    reason:
      "over HTTP it looks for the client's capabilities before it has read them, so it asks for no roots",
  },
  {
    server: "stdio, hub-register",
    features: ["log", "log level", "elicit form", "elicit URL", "sample", "roots"],
    clients: ["SDK v2 2026-07-28"],
    reason:
      "requests without a session share one process, and over stdio nothing says whose a log or a question is, so nobody gets it",
  },
  {
    server: "stdio, hub-register",
    features: ["log", "log level", "elicit form", "elicit URL", "sample", "roots"],
    clients: ["SDK v2 auto"],
    paths: ["pass-through", "direct"],
    reason: "hub-register offers 2026-07-28, and there it is as above",
  },
  {
    server: "stdio, hub-register",
    features: ["subscribe", "list_changed"],
    clients: ["SDK v1", "SDK v1 HTTP+SSE", "SDK v2 legacy", "SDK v2 auto"],
    paths: ["aggregate"],
    reason:
      "each session has a process of its own, and what changes in it alone is not what the hub lists and follows for all",
  },
  {
    server: "stdio, hub-register",
    features: ["subscribe", "list_changed"],
    clients: ["SDK v1 HTTP+SSE"],
    paths: ["pass-through"],
    reason: "the hub speaks for one server there as for all at /sse, so it is as above",
  },
];

export function limitOf(
  cell: Pick<Cell, "client" | "server" | "path" | "feature">,
): Limit | undefined {
  return limits.find(
    ({ server, features, clients, paths }) =>
      server === cell.server &&
      features.includes(cell.feature) &&
      clients?.includes(cell.client) !== false &&
      paths?.includes(cell.path) !== false,
  );
}
