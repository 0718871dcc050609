import { isSessionRefusal } from "../relay/session-refusal.js";
import { answersRequest, envelopeOf } from "../wire/envelope.js";
import type { StreamEvent } from "../wire/event-stream.js";
import { codes, errorText, type JsonRpcId, parseMessage } from "../wire/json-rpc.js";
import type { Headers, MessageReceiver } from "./exchange.js";

/** What is known of a session with a server by the answers in it. */
export type SessionStanding = {
  /** It answered a request: what it refuses from now on, it did not refuse for want of a session. */
  isProven: boolean;
  /** The server does not know it: there is nothing to end. */
  isUnknown: boolean;
  /** It is of no use any more. */
  isLost: boolean;
};

/** Refusals that have a reason of their own: the session stands. */
const ofTheRequest: ReadonlySet<number> = new Set([405, 406, 408, 411, 413, 414, 415, 429, 431]);

/** Whether an error speaks of the request: that it is no JSON, or of its parameters. */
function isOfRequest({ data }: StreamEvent): boolean {
  const parsed = data === undefined ? undefined : parseMessage(data);
  if (parsed?.kind !== "response" || isSessionRefusal(200, data)) return false;
  const code = parsed.message.error?.code;
  return code === codes.parseError || code === codes.invalidParams;
}

/** How a session that nobody knows is spoken of, whatever its server said. */
const unknownSession = errorText(null, {
  code: codes.sessionNotFound,
  message: "Session not found",
});

/**
 * Hears the answer to a request in a session, and what it says of the session. A server that has forgotten it
 * says so in words of its own: a refusal with any 4xx that answers nothing under the request's id, in a session
 * that served before, is handed on as HTTP 404 and "Session not found", and so did not run. After any other
 * answer without one under its id the session is not used again.
 */
export function hearingOfSession(
  id: JsonRpcId,
  standing: SessionStanding,
  receiver: MessageReceiver,
): MessageReceiver {
  let status = 0;
  let head: Headers = {};
  let isHeld = false;
  let isAnswered = false;
  let isStream = false;
  /** What came of a refusal, until it is known what it means. */
  const held: StreamEvent[] = [];
  const letGo = (framing: "json" | "none") => {
    isHeld = false;
    receiver.onOpen(status, framing, head);
    for (const event of held.splice(0)) receiver.onEvent(event);
  };
  const isOwn = (data: string) => {
    const envelope = envelopeOf(data);
    return envelope !== undefined && envelope.id !== null && answersRequest(envelope, id);
  };
  return {
    onOpen(given, framing, headers) {
      status = given;
      head = headers;
      isStream = framing === "events";
      if (status === 404) standing.isLost = standing.isUnknown = true;
      const mayBeUnknown = status >= 400 && status < 500 && !ofTheRequest.has(status);
      isHeld = mayBeUnknown && status !== 404 && standing.isProven && !isStream;
      if (!isHeld) receiver.onOpen(given, framing, headers);
    },
    onEvent(event) {
      const isOk = status >= 200 && status < 300;
      if (event.data !== undefined && !isAnswered) {
        // What comes with success is of a session that stands; nothing of it is read twice.
        isAnswered = isOk || isOwn(event.data);
        if (isAnswered && isOk) standing.isProven = true;
      }
      if (isHeld) held.push(event);
      else receiver.onEvent(event);
    },
    onLong(answering) {
      const passage = isHeld ? undefined : receiver.onLong?.(answering);
      if (passage === undefined) return undefined;
      isAnswered = true;
      standing.isProven = true;
      return passage;
    },
    onComment: () => receiver.onComment?.(),
    onRoom: (hasRoom) => receiver.onRoom?.(hasRoom),
    onEnd() {
      if (isHeld && !isAnswered && !held.some(isOfRequest)) {
        standing.isLost = standing.isUnknown = true;
        isHeld = false;
        receiver.onOpen(404, "json", head);
        receiver.onEvent({ data: unknownSession });
      } else if (isHeld) letGo(held.length > 0 ? "json" : "none");
      else if (!isAnswered && !isStream && !ofTheRequest.has(status)) standing.isLost = true;
      receiver.onEnd();
    },
    onFailure(failure) {
      if (isHeld) letGo("none");
      receiver.onFailure(failure);
    },
  };
}
