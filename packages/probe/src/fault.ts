import type { DialError } from "@hub/dial";

/** What went wrong between the hub and a server, as facts. `findings.ts` puts it into words. */
export type Fault =
  | { readonly kind: "dial"; readonly error: DialError }
  /** The server that answers a plain request speaks TLS. */
  | { readonly kind: "tls-expected" }
  /** `target` can be shown; `follow` is where to ask instead, missing when that may not be. */
  | {
      readonly kind: "redirect";
      readonly status: number;
      readonly target: string | undefined;
      readonly follow?: string | undefined;
    }
  | { readonly kind: "host-refused"; readonly status: number }
  /**
   * `method`: what it answers to nobody without a token; missing when that is the handshake. `status`: of HTTP;
   * missing when it says so in JSON-RPC.
   */
  | { readonly kind: "token-needed"; readonly status?: number; readonly method?: string }
  | { readonly kind: "status"; readonly status: number; readonly isRpc: boolean }
  /** `what` is the hub's own description, never the server's text. `isTyped`: its type is all that was looked at. */
  | { readonly kind: "not-mcp"; readonly what: string; readonly isTyped?: boolean }
  /** `isBudget`: it is what the hub takes in one conversation. */
  | { readonly kind: "too-large"; readonly limit: string; readonly isBudget?: boolean }
  | { readonly kind: "rpc-error"; readonly method: string; readonly code: number }
  | { readonly kind: "no-common-version"; readonly offered: readonly string[] }
  /** An SSE server that wants its messages sent to another origin. */
  | { readonly kind: "foreign-endpoint"; readonly origin: string }
  | { readonly kind: "other-server"; readonly name: string | undefined };

export class ProbeFault extends Error {
  constructor(readonly fault: Fault) {
    super(fault.kind);
    this.name = "ProbeFault";
  }
}

/** Of several ways that failed, the fault that says most about the server. */
const telling: Readonly<Record<Fault["kind"], number>> = {
  "no-common-version": 9,
  "other-server": 9,
  "too-large": 8,
  "foreign-endpoint": 8,
  "host-refused": 7,
  "token-needed": 7,
  "tls-expected": 6,
  redirect: 6,
  "rpc-error": 4,
  status: 3,
  "not-mcp": 2,
  dial: 1,
};

export function mostTelling(faults: readonly Fault[]): Fault | undefined {
  const score = (fault: Fault) =>
    // A server that fails says more about itself than one that knows no such path.
    fault.kind === "status" && fault.status >= 500 ? 5 : telling[fault.kind];
  return faults.reduce<Fault | undefined>(
    (best, fault) => (best === undefined || score(fault) > score(best) ? fault : best),
    undefined,
  );
}
