import type { IncomingMessage } from "node:http";
import type { Principal } from "@hub/core/access";
import { peerOf as peerOfAddress } from "@hub/core/limits";

/** Whose a request is when the hub shares out what it has: its principal's, and of nobody in particular its address's. */
export function peerOf(principal: Principal, { socket }: IncomingMessage): string {
  return principal.kind === "anonymous" ? peerOfAddress(socket.remoteAddress) : principal.id;
}
