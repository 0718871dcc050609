import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { Principal } from "@hub/core/access";
import { peerOf as peerOfAddress } from "@hub/core/limits";

/** Whose a request is when the hub shares out what it has: its principal's, and of nobody in particular its address's. */
export function peerOf(principal: Principal, { socket }: IncomingMessage): string {
  return principal.kind === "anonymous" ? peerOfAddress(socket.remoteAddress) : principal.id;
}

/**
 * What a refusal calls whoever has its share already, for `peer` as `peerOf` writes it: others at the same address
 * may have used it up, but nobody else uses that of a token.
 */
export function sharerOf(peer: string): "this address" | "this caller" {
  const [address = ""] = peer.split("/", 1);
  return address === "" || isIP(address) !== 0 ? "this address" : "this caller";
}
