import type { IncomingMessage } from "node:http";
import { codes, envelopeOf, gatewayErrors, type JsonRpcError, memberText } from "@hub/mcp";
import { ConnectionLost, NotReached } from "./hub-http.js";
import { memberOf } from "./member-of.js";
import { AnswerInvalid } from "./read-answer.js";
import { NoToken } from "./token-file.js";

const ran = " It may have run; it was not repeated.";
const didNotRun = " It did not run.";

/** What a client reads when its request could not be carried. `hub`: the endpoint, for people. */
export function failureOf(error: unknown, hub: string, waitMs: number): JsonRpcError {
  if (error instanceof NotReached) {
    const message = `The hub at ${hub} was not reached for ${Math.round(waitMs / 1_000)} s: ${error.message}.${didNotRun} Start the hub, or correct its address (--hub, MCP_HUB_URL).`;
    return { code: gatewayErrors.SERVER_UNAVAILABLE, message };
  }
  if (error instanceof ConnectionLost)
    return {
      code: gatewayErrors.CONNECTION_LOST,
      message: `The connection to the hub at ${hub} broke before the answer was whole: ${error.message}.${ran}`,
    };
  if (error instanceof AnswerInvalid)
    return {
      code: gatewayErrors.ANSWER_INVALID,
      message: `The hub at ${hub} gave no answer that can be passed on: ${error.message}.${ran}`,
    };
  if (error instanceof NoToken)
    return {
      code: gatewayErrors.SERVER_UNAVAILABLE,
      message: `There is no token for the hub at ${hub}: ${error.message}.${didNotRun}`,
    };
  const reason = error instanceof Error ? error.message : String(error);
  return { code: codes.internalError, message: `mcp-hub stdio failed: ${reason}` };
}

export const tooMuchWaits: JsonRpcError = {
  code: gatewayErrors.TOO_MANY_BYTES,
  message: `Too many requests wait for the hub already.${didNotRun}`,
};

/** An answer with an error. `id`: as the client wrote it. */
export function errorLine(id: string, error: JsonRpcError): string {
  return `{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify(error)}}`;
}

/** What to do about a status, where the hub's own words do not say it. */
function adviceFor(status: number): string {
  if (status === 401)
    return " Set MCP_HUB_TOKEN in the environment of the client to a token of the hub, or MCP_HUB_TOKEN_FILE to a file with one.";
  if (status === 403) return " The token does not allow it.";
  if (status === 404) return " Is this the address of an MCP Hub?";
  return "";
}

/**
 * The answer to a request that HTTP refused, for the client: the JSON-RPC error in the body with the id of
 * the request, and its numbers as they were written; or a new one, in the words of a problem document.
 */
export function refusalText(
  { statusCode = 0 }: IncomingMessage,
  body: string,
  id: string,
  hub: string,
): string {
  const envelope = envelopeOf(body);
  const error = envelope?.error !== undefined ? memberText(body, "error") : undefined;
  if (error !== undefined) return `{"jsonrpc":"2.0","id":${id},"error":${oneLine(error)}}`;
  const said = detailOf(body) ?? `it answered with HTTP status ${statusCode}`;
  const message = `The hub at ${hub} refused the request: ${said.replace(/\.$/, "")}.${adviceFor(statusCode)}`;
  return errorLine(id, { code: gatewayErrors.SERVER_UNAVAILABLE, message });
}

function detailOf(body: string): string | undefined {
  try {
    const detail = memberOf(JSON.parse(body), "detail");
    return typeof detail === "string" && detail !== "" ? detail.slice(0, 1_000) : undefined;
  } catch {
    return undefined;
  }
}

/** A JSON text in one line: between its values a space means as much as a line end, and within them is none. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, " ");
}
