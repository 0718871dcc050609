import type { IncomingMessage } from "node:http";
import { peerOf as peerOfAddress } from "@hub/core/limits";

const known = new WeakMap<IncomingMessage, string>();

/** Says who sent a request, where its connection does not tell. */
export function setPeer(request: IncomingMessage, peer: string): void {
  known.set(request, peer);
}

/** Who sent a request, when the hub shares out what it has. Default: the address it came from. */
export function peerOf(request: IncomingMessage): string {
  return known.get(request) ?? peerOfAddress(request.socket.remoteAddress);
}
