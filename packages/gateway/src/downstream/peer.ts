import type { IncomingMessage } from "node:http";

const mapped = "::ffff:";

/** Who a client is when the hub shares out what it has: its address. */
export function peerOf({ socket }: IncomingMessage): string {
  const { remoteAddress = "" } = socket;
  // As a socket that takes both kinds writes the older one.
  return remoteAddress.startsWith(mapped) ? remoteAddress.slice(mapped.length) : remoteAddress;
}
