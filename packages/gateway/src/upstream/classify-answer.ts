import { type Headers, headerOf } from "@hub/mcp";
import type { GatewayFailure } from "../errors.js";
import { canUnpack, codingOf, mcpTypeOf } from "./answer-head.js";

/** What an MCP server answers with when all is well. */
export const statusesOfMcp: ReadonlySet<number> = new Set([200, 201, 202, 204]);

/**
 * The failure for an answer that is not MCP: a page of another program, a redirect, or a demand for a
 * token.
 */
export function notMcp(status: number, headers: Headers): GatewayFailure | undefined {
  const type = headerOf(headers, "content-type");
  if (status === 401 || status === 403 || status === 407)
    return {
      code: "SERVER_UNAVAILABLE",
      cause: `it refuses the hub (HTTP ${status}).`,
      fix: "It needs a token, which the hub does not have, or it does not accept the Host header of its endpoint; POST /diagnose says which.",
      mayHaveRun: false,
    };
  if (status >= 300 && status < 400)
    return {
      code: "SERVER_UNAVAILABLE",
      cause: `it answers with a redirect (HTTP ${status}) that the hub does not follow.`,
      fix: "The hub follows 307 and 308 on the same origin, at most three in a row. Register the URL that it redirects to.",
      mayHaveRun: false,
    };
  const isStatus = statusesOfMcp.has(status) || (status >= 400 && status < 600);
  if (isStatus && mcpTypeOf(headers) !== undefined) return undefined;
  if (isStatus && status < 300 && type === undefined) return undefined;
  return {
    code: "ANSWER_INVALID",
    cause: `it answered HTTP ${status} with ${type === undefined ? "nothing" : shown(type)}, which is not MCP.`,
    mayHaveRun: status !== 404 && status !== 405,
  };
}

/** The same of a server that answers in words of MCP: no client can have a token for it. */
export function wantsToken(status: number, headers: Headers): GatewayFailure | undefined {
  return status === 401 || status === 407 ? notMcp(status, headers) : undefined;
}

/** Text of a server, in a sentence of the hub's. */
function shown(text: string): string {
  return text.slice(0, 60).replace(/[^\x20-\x7e]/g, "?");
}

/** A body packed in a way that whoever asked cannot unpack; undefined when it can. */
export function packedUnasked(headers: Headers, accepted: string): GatewayFailure | undefined {
  const coding = codingOf(headers);
  if (coding === undefined || canUnpack(accepted, coding)) return undefined;
  return {
    code: "ANSWER_INVALID",
    cause: `it answers in the encoding ${shown(coding)}, which the hub did not ask for.`,
    mayHaveRun: true,
  };
}

/** Why an answer that has ended was none. */
export function unanswered(status: number, headers: Headers): GatewayFailure {
  return (
    notMcp(status, headers) ?? {
      code: "ANSWER_INVALID",
      cause: `it answered HTTP ${status} without an answer to the call.`,
      mayHaveRun: status < 400,
    }
  );
}
