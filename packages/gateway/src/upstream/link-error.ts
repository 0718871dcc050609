import type { UpstreamFailure } from "@hub/core/upstream";

/** Why no session could be opened. */
export class LinkError extends Error {
  readonly failure: UpstreamFailure;
  /**
   * `wrong-era`: the server speaks no 2025 revision. `no-room`: it does, and opens no further session
   * now. `broken`: anything else.
   */
  readonly kind: "wrong-era" | "no-room" | "broken";

  constructor(failure: UpstreamFailure, kind: LinkError["kind"] = "broken") {
    super(failure.detail);
    this.failure = failure;
    this.kind = kind;
  }
}

/** The code of a failure at a server that is there and lets nobody in, or sends everybody elsewhere. */
export const notLetIn = "NOT_LET_IN";

export function invalid(detail: string): UpstreamFailure {
  return { neverSent: false, code: "ANSWER_INVALID", detail };
}
