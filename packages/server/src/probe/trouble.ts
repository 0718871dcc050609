import type { Trouble } from "@hub/core";
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

/** What a call met at an endpoint; without a failure it was not let in. */
export function troubleIn(endpoint: string, failure: UpstreamFailure | undefined): Trouble {
  if (failure === undefined) return { kind: "locked" };
  const { neverSent, code, detail } = failure;
  // Who is slow is not gone.
  if (!neverSent || !refusals.has(code)) return { kind: "broken" };
  const error = new DialError("connect", code, detail);
  return {
    kind: "refused",
    finding: networkFinding(error, { endpoint, transport: "streamable-http" }),
  };
}
