import type { GatewayFailure } from "../errors.js";
import { type Headers, headerOf } from "../upstream/exchange.js";

const typesOfMcp = /^(application\/json|text\/event-stream)\b/i;

/** Answers that no MCP server gives: a page of some other program, a redirect, a wish for a token. */
export function notMcp(status: number, headers: Headers): GatewayFailure | undefined {
  const type = headerOf(headers, "content-type");
  if (status === 401 || status === 403)
    return {
      code: "SERVER_UNAVAILABLE",
      cause: `it refuses the hub (HTTP ${status}).`,
      fix: "It wants a token, or does not accept the Host header of its endpoint; POST /diagnose says which.",
      mayHaveRun: false,
    };
  if (status >= 300 && status < 400)
    return {
      code: "SERVER_UNAVAILABLE",
      cause: `it answers with a redirect (HTTP ${status}), which the hub does not follow.`,
      fix: "Register the URL that it redirects to.",
      mayHaveRun: false,
    };
  if (typesOfMcp.test(type ?? "") || (status < 300 && type === undefined)) return undefined;
  return {
    code: "ANSWER_INVALID",
    cause: `it answered HTTP ${status} with ${type === undefined ? "nothing" : type.slice(0, 60)}, which is no MCP.`,
    mayHaveRun: status !== 404 && status !== 405,
  };
}

/** Why an answer that has ended was none. */
export function noAnswer(status: number, headers: Headers): GatewayFailure {
  return (
    notMcp(status, headers) ?? {
      code: "ANSWER_INVALID",
      cause: `it answered HTTP ${status} without an answer to the call.`,
      mayHaveRun: status < 400,
    }
  );
}
