import type { BudgetBook } from "@hub/core";
import type { BudgetName } from "@hub/core/limits";
import { errorText, type GatewayErrorCode, type JsonRpcId } from "@hub/mcp";
import { failureError } from "../errors.js";

/** An answer to a client that has all it may have: when to come back is in its headers. */
export type Refusal = {
  readonly status: 429;
  readonly text: string;
  readonly headers: Readonly<Record<"retry-after", string>>;
};

type Failure = {
  readonly code: GatewayErrorCode;
  readonly cause: string;
  readonly mayHaveRun?: boolean;
};

/** Refuses more of what a budget gives, and counts it. */
export function refuseMore(
  budgets: BudgetBook,
  name: BudgetName,
  id: JsonRpcId | null,
  failure: Failure,
  retryAfterMs: number,
): Refusal {
  budgets.refused(name);
  return refusalOf(id, failure, retryAfterMs);
}

/** The same for what is counted already. */
export function refusalOf(id: JsonRpcId | null, failure: Failure, retryAfterMs: number): Refusal {
  return {
    status: 429,
    text: errorText(id, failureError({ mayHaveRun: false, ...failure })),
    headers: { "retry-after": String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) },
  };
}
