import { codes, type JsonRpcError, parseMessage } from "@hub/mcp";
import type { GatewayFailure } from "../errors.js";

/** What a call in a session that was opened for it comes to, when that is unknown as well. */
export const forgotTwice: GatewayFailure = {
  code: "SERVER_UNAVAILABLE",
  cause: "it forgot the session twice in a row.",
  mayHaveRun: false,
};

/** Longer ones say more than that a session is unknown. */
const mostCharacters = 2_000;
const speaksOfIt = /session|initiali[sz]/i;

const tooEarly = /received request before initiali[sz]ation/i;
const notInitialized =
  /not (?:yet |been |properly )*initiali[sz]ed|uninitiali[sz]ed|before initiali[sz]|initiali[sz]e(?:d)? first|requires? initiali[sz]ation/i;
const unknown =
  /(?:unknown|invalid|expired|missing|no(?: valid| active| such)?|bad) (?:mcp[- ])?session|session(?:[- ]?id)?(?: \S+)?(?: is| was| has| does)?(?: been)? (?:not (?:found|exist|known|valid)|unknown|invalid|expired|terminated|closed|missing|required)/i;

/** What servers and SDKs answer with to requests they take no part in. */
const codesOfIt: ReadonlySet<number> = new Set([
  codes.badRequest,
  codes.sessionNotFound,
  codes.resourceNotFound,
  codes.invalidRequest,
  codes.invalidParams,
]);

/**
 * Whether an answer says that the server does not know the session, or wants one: then the call did not
 * run. The specification says 404; others answer 400 with a code of the SDKs, or an error that says so in
 * words, with whatever status.
 */
export function isSessionRefusal(status: number, data: string | undefined): boolean {
  if (data === undefined) return false;
  const isByCode = status === 400 || status === 404;
  if (!isByCode && (data.length > mostCharacters || !speaksOfIt.test(data))) return false;
  const parsed = parseMessage(data);
  if (parsed?.kind !== "response" || parsed.message.error === undefined) return false;
  const { error, id } = parsed.message;
  const isOfSdk = error.code === codes.badRequest || error.code === codes.sessionNotFound;
  return (isByCode && isOfSdk) || saysSo(error, status, id !== null);
}

/**
 * A tool may have sessions of its own and speak of them, so that words about a session count only in an answer
 * that refuses the request: with a status that does, and where it is an answer to the call, with no code that
 * is about its parameters, but for the Python SDK's very words.
 */
function saysSo({ code, message }: JsonRpcError, status: number, isOfCall: boolean): boolean {
  if (!codesOfIt.has(code) || typeof message !== "string") return false;
  if (isOfCall && (code === codes.invalidParams || code === codes.resourceNotFound))
    return tooEarly.test(message);
  return notInitialized.test(message) || (status >= 400 && unknown.test(message));
}
