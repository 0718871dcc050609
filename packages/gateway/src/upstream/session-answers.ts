import type { UpstreamFailure } from "@hub/core/upstream";
import {
  type Answering,
  answersRequest,
  codes,
  envelopeOf,
  errorText,
  type Headers,
  type JsonRpcId,
  parseMessage,
  type StreamEvent,
} from "@hub/mcp";
import { messagesOf } from "./batched-answers.js";
import type { Framing, MessageReceiver } from "./exchange.js";
import type { Passage } from "./long-answer.js";
import { isSessionRefusal } from "./session-refusal.js";

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
export class SessionAnswer implements MessageReceiver {
  readonly #id: JsonRpcId;
  readonly #protocolVersion: string;
  readonly #standing: SessionStanding;
  readonly #receiver: MessageReceiver;
  #status = 0;
  #head: Headers = {};
  #isStream = false;
  #isAnswered = false;
  /** What came of a refusal, until it is known what it means. */
  #held: StreamEvent[] | undefined;

  /** `protocolVersion`: of the session. */
  constructor(
    id: JsonRpcId,
    protocolVersion: string,
    standing: SessionStanding,
    receiver: MessageReceiver,
  ) {
    this.#id = id;
    this.#protocolVersion = protocolVersion;
    this.#standing = standing;
    this.#receiver = receiver;
  }

  onOpen(status: number, framing: Framing, headers: Headers): void {
    this.#status = status;
    this.#head = headers;
    this.#isStream = framing === "events";
    const standing = this.#standing;
    if (status === 404) standing.isLost = standing.isUnknown = true;
    const mayBeUnknown = status >= 400 && status < 500 && !ofTheRequest.has(status);
    if (mayBeUnknown && status !== 404 && standing.isProven && !this.#isStream) this.#held = [];
    else this.#receiver.onOpen(status, framing, headers);
  }

  onEvent(event: StreamEvent): void {
    for (const message of messagesOf(this.#protocolVersion, event)) this.#hear(message);
  }

  #hear(event: StreamEvent): void {
    const isOk = this.#status >= 200 && this.#status < 300;
    if (event.data !== undefined && !this.#isAnswered) {
      // What comes with success is of a session that stands; nothing of it is read twice.
      this.#isAnswered = isOk || this.#isOwn(event.data);
      if (this.#isAnswered && isOk) this.#standing.isProven = true;
    }
    if (this.#held !== undefined) this.#held.push(event);
    else this.#receiver.onEvent(event);
  }

  onLong(answering: Answering): Passage | undefined {
    const passage = this.#held === undefined ? this.#receiver.onLong?.(answering) : undefined;
    if (passage === undefined) return undefined;
    this.#isAnswered = true;
    this.#standing.isProven = true;
    return passage;
  }

  onComment(): void {
    this.#receiver.onComment?.();
  }

  onRoom(hasRoom: boolean): void {
    this.#receiver.onRoom?.(hasRoom);
  }

  onEnd(): void {
    const standing = this.#standing;
    const held = this.#held;
    if (held !== undefined && !this.#isAnswered && !held.some(isOfRequest)) {
      standing.isLost = standing.isUnknown = true;
      this.#receiver.onOpen(404, "json", this.#head);
      this.#receiver.onEvent({ data: unknownSession });
    } else if (held !== undefined) this.#letGo(held, held.length > 0 ? "json" : "none");
    else if (!this.#isAnswered && !this.#isStream && !ofTheRequest.has(this.#status))
      standing.isLost = true;
    this.#receiver.onEnd();
  }

  onFailure(failure: UpstreamFailure): void {
    if (this.#held !== undefined) this.#letGo(this.#held, "none");
    this.#receiver.onFailure(failure);
  }

  #letGo(held: readonly StreamEvent[], framing: Framing): void {
    this.#held = undefined;
    this.#receiver.onOpen(this.#status, framing, this.#head);
    for (const event of held) this.#receiver.onEvent(event);
  }

  #isOwn(data: string): boolean {
    const envelope = envelopeOf(data);
    return envelope !== undefined && envelope.id !== null && answersRequest(envelope, this.#id);
  }
}
