import type { ServerResponse } from "node:http";
import type { BudgetBook } from "@hub/core";
import type { Principal } from "@hub/core/access";
import type { JsonRpcId } from "@hub/mcp";
import type { OwnedAnswers } from "./owned-answers.js";
import { sharerOf } from "./peer.js";
import { type Refusal, refuseMore } from "./refuse-more.js";

const retryAfterMs = 10_000;

/** A request whose answer is a stream, and whose it is. */
export type Streamed = {
  readonly response: ServerResponse;
  readonly principal: Principal;
  /** See `peerOf`. */
  readonly peer: string;
};

/** Takes a place for an answer that stays open until somebody ends it. Returns why there is none. */
export function takeStreamPlace(
  { budgets, answers }: { readonly budgets: BudgetBook; readonly answers: OwnedAnswers },
  { response, principal, peer }: Streamed,
  id: JsonRpcId | null,
): Refusal | undefined {
  const shares = budgets.shares("eventStreams");
  // A stream that is open is used: somebody hears it.
  const stream = { isUsed: true, end: () => response.destroy() };
  if (shares.admit(peer, stream)) {
    answers.add(principal, response);
    response.once("close", () => shares.leave(peer, stream));
    return undefined;
  }
  const streams = budgets.shareText("eventStreams", "streams");
  const cause = `${sharerOf(peer)} already has its share of the hub's ${streams} open.`;
  return refuseMore(budgets, "eventStreams", id, { code: "TOO_MANY_STREAMS", cause }, retryAfterMs);
}
