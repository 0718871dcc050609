import type { Entry } from "@hub/core";
import type { JsonRpcRequest } from "@hub/mcp";
import type { GatewayContext } from "../upstream/context.js";
import { ownRequestId } from "../upstream/own-ids.js";
import { requestOnce } from "./one-shot-request.js";

/** Servers asked about a resource that nobody lists. */
const mostAsked = 16;

/**
 * Which of several servers has a resource that none of them lists: the first that can read it; the
 * first of all when none can, so that the client gets a server's own refusal.
 */
export async function locateResource(
  context: GatewayContext,
  { params }: JsonRpcRequest,
  entries: readonly [Entry, ...Entry[]],
): Promise<Entry> {
  const request: JsonRpcRequest = {
    jsonrpc: "2.0",
    id: ownRequestId(),
    method: "resources/read",
    params: { uri: params?.uri },
  };
  for (const entry of entries.slice(0, mostAsked)) {
    const outcome = await requestOnce(context, entry, request);
    if (outcome?.result !== undefined) return entry;
  }
  return entries[0];
}
