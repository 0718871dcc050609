import type { UpstreamRequest } from "@hub/core/upstream";
import type { JsonRpcRequest } from "@hub/mcp";
import { modernHeaders, withEnvelope } from "./modern.js";
import { ownRequestId } from "./own-ids.js";

/** `subscriptions/listen` (2026-07-28): all changes of lists, and the updates of these resources. */
export function listenRequest(uris: readonly string[], clientInfo: unknown): UpstreamRequest {
  const notifications = {
    toolsListChanged: true,
    promptsListChanged: true,
    resourcesListChanged: true,
    ...(uris.length === 0 ? {} : { resourceSubscriptions: uris }),
  };
  const message: JsonRpcRequest = {
    jsonrpc: "2.0",
    id: ownRequestId(),
    method: "subscriptions/listen",
    params: withEnvelope({ notifications }, { clientCapabilities: {}, clientInfo }),
  };
  return { method: "POST", headers: modernHeaders(message), body: JSON.stringify(message) };
}
