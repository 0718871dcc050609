import type { JsonRpcRequest } from "@hub/mcp";
import { responseTo } from "./brief-exchange.js";
import type { LegacyLink } from "./legacy-link.js";
import { ownRequestId } from "./own-ids.js";

/**
 * Tells a server the level and waits until it knows, so that the next call obeys it; not for one that
 * hangs, nor when nobody wants to know any more.
 */
export async function applyLogLevel(
  link: LegacyLink,
  logLevel: string | undefined,
  withinMs: number,
  unwanted?: AbortSignal,
): Promise<void> {
  if (logLevel === undefined || link.initialized.capabilities.logging === undefined) return;
  const request: JsonRpcRequest = {
    jsonrpc: "2.0",
    id: ownRequestId(),
    method: "logging/setLevel",
    params: { level: logLevel },
  };
  await responseTo((receiver) => link.request(request, receiver), { withinMs, signal: unwanted });
}
