import type { ServerResponse } from "node:http";
import type { BudgetBook } from "@hub/core";
import type { JsonRpcId } from "@hub/mcp";
import { peerOf } from "./peer.js";
import { type Refusal, refuseMore } from "./refuse-more.js";

const retryAfterMs = 10_000;

/** Takes a place for an answer that stays open until somebody ends it. Returns why there is none. */
export function takeStreamPlace(
  budgets: BudgetBook,
  response: ServerResponse,
  id: JsonRpcId | null,
): Refusal | undefined {
  const shares = budgets.shares("eventStreams");
  const peer = peerOf(response.req);
  // A stream that is open is used: somebody hears it.
  const stream = { isUsed: true, end: () => response.destroy() };
  if (shares.admit(peer, stream)) {
    response.once("close", () => shares.leave(peer, stream));
    return undefined;
  }
  const streams = budgets.shareText("eventStreams", "streams");
  const cause = `this address already has its share of the hub's ${streams} open.`;
  return refuseMore(budgets, "eventStreams", id, { code: "TOO_MANY_STREAMS", cause }, retryAfterMs);
}
