import type { Headers } from "@hub/mcp";
import type { InFlightCall } from "../calls/in-flight-call.js";
import type { GatewayFailure } from "../errors.js";
import { failureOf } from "../upstream/call-failures.js";
import { unanswered, wantsToken } from "../upstream/classify-answer.js";
import type { MessageReceiver } from "../upstream/exchange.js";
import type { UpstreamInstance } from "../upstream/instances.js";
import { forgotTwice, isSessionRefusal } from "../upstream/session-refusal.js";
import type { ModernToLegacy } from "./modern-to-legacy.js";

/**
 * What the answer of a server of the 2025 revisions means for a call that may wait for its client. `retry`: makes the
 * call again when the server has forgotten the session; undefined where that was done already.
 */
export function heldReceiver(
  held: ModernToLegacy,
  run: InFlightCall,
  instance: UpstreamInstance,
  retry: ((failure: GatewayFailure) => void) | undefined,
): MessageReceiver {
  let status = 0;
  let head: Headers = {};
  let isLost = false;
  return {
    onOpen(given, _, headers) {
      status = given;
      head = headers;
    },
    onEvent(event) {
      const mayBeLost = retry !== undefined || status === 404;
      isLost ||= mayBeLost && isSessionRefusal(status, event.data);
      if (isLost) return;
      const refusal = wantsToken(status, head);
      if (refusal === undefined) held.hear(event);
      else run.fail(refusal);
    },
    onLong: (answering) =>
      isLost || status >= 300
        ? undefined
        : held.takeLong(answering, () => run.fail(unanswered(status, head))),
    onComment() {
      if (status < 300) held.showLife();
    },
    onRoom: (hasRoom) => run.waitForRoom(hasRoom),
    onEnd() {
      run.ended();
      if (!isLost) run.fail(unanswered(status, head));
      else if (retry === undefined) run.fail({ ...forgotTwice, isAway: run.isRestarted(instance) });
      else retry(forgotTwice);
    },
    onFailure(failure) {
      const told = failureOf(failure);
      const isRetried = failure.neverSent && retry !== undefined && !run.isOver;
      if (isRetried) {
        run.unreached(told);
        retry(told);
      } else run.fail(told);
    },
  };
}
