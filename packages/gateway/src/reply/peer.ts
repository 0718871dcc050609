import type { IncomingMessage } from "node:http";
import type { Principal } from "@hub/core/access";
import { peerOf as peerOfAddress } from "@hub/core/limits";

const known = new WeakMap<IncomingMessage, string>();

/** Says who sent a request, where its connection does not tell. */
export function setPeer(request: IncomingMessage, peer: string): void {
  known.set(request, peer);
}

/**
 * Whose a request is when the hub shares out what it has: its principal's, and of nobody in particular whoever
 * `setPeer` named. Default: the address it came from.
 */
export function peerOf(principal: Principal, request: IncomingMessage): string {
  if (principal.kind !== "anonymous") return principal.id;
  return known.get(request) ?? peerOfAddress(request.socket.remoteAddress);
}
