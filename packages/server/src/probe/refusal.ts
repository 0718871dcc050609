import type { Finding } from "@hub/core";
import type { UpstreamFailure } from "@hub/gateway";
import { DialError } from "./dial-error.js";
import { networkFinding } from "./findings-network.js";

/** Nobody is there, or nobody who lets a connection come about. */
const refusals: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "UND_ERR_SOCKET",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** Why no connection for a call came about; undefined when one did, or when the server is only slow. */
export function refusalIn(endpoint: string, failure: UpstreamFailure): Finding | undefined {
  const { neverSent, code, detail } = failure;
  if (!neverSent || !refusals.has(code)) return undefined;
  const error = new DialError("connect", code, detail);
  return networkFinding(error, { endpoint, transport: "streamable-http" });
}
