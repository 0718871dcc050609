import { errorText } from "@hub/mcp";
import { failureError } from "../errors.js";

/**
 * The answer to an MCP client that the hub does not know, or that may not call anything. The hub does not read its
 * message, so the answer has no id. `cause` is a sentence.
 */
export function accessRefusal(
  code: "UNAUTHENTICATED" | "INSUFFICIENT_SCOPE",
  cause: string,
): { readonly status: 401 | 403; readonly text: string } {
  return {
    status: code === "UNAUTHENTICATED" ? 401 : 403,
    text: errorText(null, failureError({ code, cause, mayHaveRun: false })),
  };
}
