import type { UpstreamDialer } from "@hub/core/upstream";
import { forward } from "./forward.js";
import type { HopIdentity } from "./hop-headers.js";
import { Agent } from "./undici.js";

/** A way to addresses that only the operator's settings name. */
export type OperatorLine = UpstreamDialer & {
  /** Ends what is open. */
  close(): Promise<void>;
};

const connectMs = 3_000;

/**
 * Sends requests to addresses that only the operator's settings name, such as those of other hubs, and hands their
 * answers on as they come. They may be in any network, unlike endpoints, which strangers name. `mostConnections`: to one
 * address; what is more waits for one of them. Default: as many as there are requests under way.
 */
export function createOperatorLine(
  identity: HopIdentity,
  { mostConnections }: { readonly mostConnections?: number } = {},
): OperatorLine {
  const agent = new Agent({
    connect: { timeout: connectMs },
    // An answer may take as long as a call.
    headersTimeout: 0,
    bodyTimeout: 0,
    connections: mostConnections ?? null,
    allowH2: false,
  });
  return {
    send: (url, request, receiver) => forward(agent, url, request, receiver, identity),
    close: () => agent.destroy(),
  };
}
