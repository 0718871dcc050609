import type { IncomingMessage } from "node:http";
import { peerOf as peerOfAddress } from "@hub/core/limits";

/** Who sent a request, when the hub shares out what it has. */
export function peerOf({ socket }: IncomingMessage): string {
  return peerOfAddress(socket.remoteAddress);
}
