import { errorText } from "@hub/mcp";
import { failureError } from "../errors.js";
import type { Refusal } from "./refuse-more.js";

/**
 * The answer to an MCP client whose connection is refused. The hub does not read its message, so the answer
 * has no id.
 */
export function connectionRefusal(retryAfterMs: number): Refusal {
  const cause = "this client already uses its share of the hub's connections.";
  return {
    status: 429,
    text: errorText(null, failureError({ code: "TOO_MANY_CONNECTIONS", cause, mayHaveRun: false })),
    headers: { "retry-after": String(Math.ceil(retryAfterMs / 1_000)) },
  };
}
