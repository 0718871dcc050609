import { errorText } from "@hub/mcp";
import { failureError } from "../errors.js";

const statuses = {
  UNAUTHENTICATED: 401,
  INSUFFICIENT_SCOPE: 403,
  TOO_MANY_REQUESTS: 429,
  TOO_MANY_CONNECTIONS: 429,
  ISSUER_UNAVAILABLE: 503,
} as const;

/** Why an MCP client is not let in. */
type AccessRefusalCode = keyof typeof statuses;

/** Whether the code of an error is one of those. */
export function refusesAccess(code: string): code is AccessRefusalCode {
  return Object.hasOwn(statuses, code);
}

/**
 * The answer to an MCP client that the hub does not know, that may not call anything, or that asks too much. The hub
 * does not read its message, so the answer has no id. `cause` is a sentence.
 */
export function accessRefusal(
  code: AccessRefusalCode,
  cause: string,
): { readonly status: 401 | 403 | 429 | 503; readonly text: string } {
  return {
    status: statuses[code],
    text: errorText(null, failureError({ code, cause, mayHaveRun: false })),
  };
}
