import { errorText } from "@hub/mcp";
import { failureError } from "../errors.js";

const statuses = {
  UNAUTHENTICATED: 401,
  INSUFFICIENT_SCOPE: 403,
  ISSUER_UNAVAILABLE: 503,
} as const;

/** Why the hub does not let somebody in. */
export type AccessRefusalCode = keyof typeof statuses;

/**
 * The answer to an MCP client that the hub does not know, or that may not call anything. The hub does not read its
 * message, so the answer has no id. `cause` is a sentence.
 */
export function accessRefusal(
  code: AccessRefusalCode,
  cause: string,
): { readonly status: 401 | 403 | 503; readonly text: string } {
  return {
    status: statuses[code],
    text: errorText(null, failureError({ code, cause, mayHaveRun: false })),
  };
}

/** Whether a code is one of these. */
export const isAccessRefusal = (code: string): code is AccessRefusalCode =>
  Object.hasOwn(statuses, code);
