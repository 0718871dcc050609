import type { CallTraces } from "@hub/gateway";

/** Traces of calls, on their way to a collector. */
export interface Traces extends CallTraces {
  /**
   * Sends what has not been sent, and no more after that. Resolves at the latest after 2 s, with whether all was
   * sent. Never rejects.
   */
  stop(): Promise<boolean>;
}
