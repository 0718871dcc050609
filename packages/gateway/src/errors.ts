import { type Entry, leadingInstance, serverStatus } from "@hub/core";
import { fixFor, problemOf } from "@hub/core/shown";
import { type GatewayErrorCode, gatewayErrors, type JsonRpcError } from "@hub/mcp";

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
  /** Nothing was sent, since nobody is there now: it may be sent when the server is back. Default: no. */
  readonly isAway?: boolean | undefined;
};

/** A failure of the hub for the caller: it names the server, its state, and what to do. */
export function failureError(failure: GatewayFailure, entry?: Entry): JsonRpcError {
  const { code, mayHaveRun } = failure;
  const instance = entry === undefined ? undefined : leadingInstance(entry.instances);
  const health = instance?.health;
  const status = entry === undefined ? undefined : serverStatus(entry.instances);
  const known = health === undefined || ofHub.has(code) ? undefined : fixFor(health, health.status);
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
    : code === "SERVER_UNAVAILABLE" || code === "HUB_STOPPING"
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

/** What is about the hub: the state of the server says nothing of it. */
const ofHub: ReadonlySet<GatewayErrorCode> = new Set(["HUB_FAULT", "HUB_STOPPING"]);

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
  HELD_ELSEWHERE:
    "Look at what the server did. Start the call again only if it is safe to run it twice.",
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
