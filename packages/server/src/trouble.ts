import type { Trouble } from "@hub/core/probing";
import type { UpstreamFailure } from "@hub/core/upstream";
import { DialError } from "@hub/dial";
import { networkFinding } from "@hub/probe";

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
