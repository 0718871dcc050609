import type { GatewayFailure } from "../errors.js";
import type { RunningCall } from "../traffic/counted-call.js";

/** What lets a call wait for a server that restarts. */
export type MayWait = {
  /** Counts it since it began to wait. Default: it begins with what is made of this. */
  readonly running?: RunningCall | undefined;
  /**
   * Nothing of it was sent, since nobody is there; or it was, and nothing came back. True when it waits now,
   * and is sent by somebody else: whoever told this forgets it. Default: it never waits.
   */
  readonly onUnreached?: ((failure: GatewayFailure, running: RunningCall) => boolean) | undefined;
};

/** Whether a call that failed so before anything was heard may wait; whoever keeps it decides. */
export function mayBeUnreached({ isAway, code }: GatewayFailure): boolean {
  return isAway === true || code === "CONNECTION_LOST";
}
