import { type Entry, leadingInstance, serverStatus } from "@hub/core";
import { fixFor, problemOf } from "@hub/core/shown";
import type { JsonRpcError } from "@hub/mcp";

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

export type GatewayFailure = {
  readonly code: GatewayErrorCode;
  /** Half a sentence or more: what happened. */
  readonly cause: string;
  /** What to do. */
  readonly fix?: string | undefined;
  /** What to do where the state of the server says nothing better. */
  readonly advice?: string | undefined;
  /** Whether the server may have done what was asked. */
  readonly mayHaveRun: boolean;
};

/** A failure of the hub for the caller: it names the server, its state, and what to do. */
export function failureError(failure: GatewayFailure, entry?: Entry): JsonRpcError {
  const { code, mayHaveRun } = failure;
  const instance = entry === undefined ? undefined : leadingInstance(entry.instances);
  const health = instance?.health;
  const status = entry === undefined ? undefined : serverStatus(entry.instances);
  const known =
    health === undefined || code === "HUB_FAULT" ? undefined : fixFor(health, health.status);
  // The finding of the probe knows more than a single call.
  const fix =
    (status === "needs-token" ? known : undefined) ??
    failure.fix ??
    known ??
    failure.advice ??
    advice[code];
  const who = entry === undefined ? "" : `${entry.record.name} (${entry.record.id}, ${status}): `;
  const isLockedOut = code === "SERVER_UNAVAILABLE" && status === "needs-token";
  const cause = (isLockedOut && health !== undefined && problemOf(health)?.cause) || failure.cause;
  const after = mayHaveRun
    ? " The call may have run; it was not repeated."
    : code === "SERVER_UNAVAILABLE"
      ? " The call did not run."
      : "";
  return {
    code: gatewayErrors[code],
    message: `${who}${sentence(cause)}${after} ${fix}`,
    data: {
      hubError: code,
      ...(entry === undefined
        ? {}
        : { server: { id: entry.record.id, name: entry.record.name, status } }),
      cause,
      fix,
      mayHaveRun,
    },
  };
}

/** Half sentences about a server, such as "nothing listens there", end here. */
const sentence = (cause: string) => (/[.!?]$/.test(cause) ? cause : `${cause}.`);

const advice: Readonly<Record<GatewayErrorCode, string>> = {
  SERVER_UNAVAILABLE:
    "Check whether the server runs, and start it if it does not. The hub calls it again as soon as it answers.",
  CALL_TIMED_OUT:
    "Try again later. A call that needs longer must send progress, and end within 15 minutes.",
  CONNECTION_LOST: "Look at the server's log. Repeat the call only if it is safe to run it twice.",
  ANSWER_INVALID: "Look at the server's log; POST /diagnose says what the hub sees.",
  SERVER_BUSY: "Try again in a moment, or start another instance of the server.",
  HUB_LOOP: "Do not register a hub in itself, directly or through other hubs.",
  HUB_STOPPING: "Try again when the hub is back.",
  TOO_MANY_SESSIONS:
    "Use the sessions that you have, end those that you do not need, or try again later.",
  TOO_MANY_STREAMS: "Close streams you do not need, or try again later.",
  TOO_MANY_HELD_CALLS: "Answer what was asked before, or try again later.",
  TOO_MANY_QUESTIONS: "Ask again when the others are answered.",
  TOO_MANY_FOLLOWED: "Stop following resources you do not need, or try again later.",
  TOO_MANY_CONNECTIONS: "Wait for answers on those that are open, or try again later.",
  TOO_MANY_ASKED:
    "Look at the server's log: it sends the hub far too many pings or other requests.",
  UNAUTHENTICATED: "Ask an admin of the hub for a valid token.",
  INSUFFICIENT_SCOPE: "Ask an admin of the hub for a token that allows it.",
  TOO_MANY_REQUESTS: "Send fewer requests, or try again later.",
  ISSUER_UNAVAILABLE: "Try again in a moment.",
  TOO_MANY_BYTES: "Wait for answers before you send more, or try again later.",
  IDENTITY_TOO_LARGE:
    "Send less in capabilities and clientInfo, such as links instead of whole icons.",
  HUB_FAULT: "This is a fault of the hub, not of the server. Report it with the hub's log.",
};
