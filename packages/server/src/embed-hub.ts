import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Registry } from "@hub/core";
import { withinBoundary } from "./boundary.js";
import { composeHub } from "./hub.js";
import type { HubOptions } from "./hub-options.js";

export type EmbedOptions = HubOptions & {
  /** Where the server listens that the hub is in, so that the hub never dials itself. Default: unknown. */
  readonly ownAddresses?: () => readonly { readonly address: string; readonly port: number }[];
};

/** A hub inside a server of somebody's own. */
export type EmbeddedHub = {
  readonly registry: Registry;
  /**
   * Answers a request at its path, which starts at the root as in a hub of its own. MCP endpoints need Node's
   * request and response, as `@hono/node-server` hands them over in `env`. Nothing in front may read the body,
   * or change the answer.
   */
  readonly fetch: (request: Request, env: Partial<HttpBindings>) => Response | Promise<Response>;
  /** Says no to `/readyz`, and ends streams, so that the server can close. */
  readonly drain: () => void;
  /** After the server has closed: writes what is left, and closes the store. */
  readonly close: () => Promise<void>;
};

/**
 * A hub without a server: for an app of one's own that listens on loopback. Opens the store and begins to
 * probe. Limits of connections and of waiting for clients are the server's.
 */
export async function embedHub({
  ownAddresses = () => [],
  ...options
}: EmbedOptions = {}): Promise<EmbeddedHub> {
  const hub = await composeHub(options, ownAddresses);
  const { fetch: answer } = hub.app;
  hub.start();
  return {
    registry: hub.registry,
    fetch: (request, env) => {
      const { incoming, outgoing } = env;
      let isTaken = false;
      if (incoming !== undefined && outgoing !== undefined) {
        withinBoundary(incoming, outgoing, hub.tellFault, () => {
          const taken = hub.takeRequest(incoming, outgoing);
          isTaken = taken !== false;
          return taken;
        });
        if (isTaken || outgoing.headersSent) return RESPONSE_ALREADY_SENT;
      }
      return answer(request, env);
    },
    drain: hub.drain,
    close: hub.close,
  };
}
