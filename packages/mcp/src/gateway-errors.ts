/**
 * Errors of the hub itself, with codes that neither JSON-RPC nor MCP reserves. Errors of servers pass
 * through unchanged.
 */
export const gatewayErrors = {
  /** No instance of the server could be reached; the call did not run. */
  SERVER_UNAVAILABLE: -31_001,
  /** The server did not answer in time; the call may have run. */
  CALL_TIMED_OUT: -31_002,
  /** The connection broke after the call went out; it may have run. */
  CONNECTION_LOST: -31_003,
  /** The server answered something that is not MCP, or too much of it. */
  ANSWER_INVALID: -31_004,
  /** Too many calls wait for this server already; the call did not run. */
  SERVER_BUSY: -31_005,
  /** The request came back to a hub that had sent it. */
  HUB_LOOP: -31_006,
  /** The hub is stopping; the call did not run. */
  HUB_STOPPING: -31_007,
  /** Another hub holds the call, and is gone or cannot be reached; the call may have run. */
  HELD_ELSEWHERE: -31_009,
  /** All sessions that this client may have are in use. */
  TOO_MANY_SESSIONS: -31_021,
  /** All streams that this client may have are open. */
  TOO_MANY_STREAMS: -31_022,
  /** Too many calls wait for answers of this client, so the hub ended this one when its server asked. */
  TOO_MANY_HELD_CALLS: -31_023,
  /** A server asks a client more than may be open at a time. Only the server gets this error. */
  TOO_MANY_QUESTIONS: -31_024,
  /** A client describes itself with more bytes than the hub keeps. */
  IDENTITY_TOO_LARGE: -31_025,
  /** The hub itself failed at the call, which may have run. Its log has it. */
  HUB_FAULT: -31_008,
  /** Unanswered messages of this client, or answers to its batches, use all the memory that it may have. */
  TOO_MANY_BYTES: -31_026,
  /** Resources that clients of this address follow use all the memory that they may have. */
  TOO_MANY_FOLLOWED: -31_027,
  /** This client has its share of connections, and all of them are in use. */
  TOO_MANY_CONNECTIONS: -31_028,
  /** A server sends the hub more requests than may wait for a reply. The hub ended its session. */
  TOO_MANY_ASKED: -31_029,
  /** Nothing said who is asking, or what said it is not valid. HTTP 401. */
  UNAUTHENTICATED: -31_030,
  /** Who is asking may not do this. HTTP 403. */
  INSUFFICIENT_SCOPE: -31_031,
  /** Who is asking sent more requests than it may, or has too many calls running. HTTP 429. */
  TOO_MANY_REQUESTS: -31_033,
  /** The issuer of the token could not be reached to check it. HTTP 503. */
  ISSUER_UNAVAILABLE: -31_032,
} as const;

export type GatewayErrorCode = keyof typeof gatewayErrors;

/** Whether a hub or `hub-register` says it in words of its own, and not a server. */
export function isGatewayError(code: number): boolean {
  return code <= -31_000 && code > -31_100;
}
