import type { UpstreamFailure } from "@hub/core/upstream";
import {
  type Answering,
  answersRequest,
  changedLists,
  type Envelope,
  type Headers,
  hear,
  type JsonRpcNotification,
  type StreamEvent,
} from "@hub/mcp";
import type { InFlightCall } from "../calls/in-flight-call.js";
import { rewriteText } from "../catalogue/uri-rewriting.js";
import type { GatewayFailure } from "../errors.js";
import { askClient, takeBack } from "../session/ask-client.js";
import { failureOf } from "../upstream/call-failures.js";
import { unanswered, wantsToken } from "../upstream/classify-answer.js";
import type { GatewayContext } from "../upstream/context.js";
import type { Framing, MessageReceiver } from "../upstream/exchange.js";
import type { LegacyLink } from "../upstream/legacy-link.js";
import type { Passage } from "../upstream/long-answer.js";
import { forgotTwice, isSessionRefusal } from "../upstream/session-refusal.js";
import type { LegacyCallOptions } from "./legacy-call-options.js";
import { passLong } from "./pass-long.js";

/** The call that an answer is of. */
export interface AnsweredCall {
  readonly context: GatewayContext;
  readonly call: LegacyCallOptions;
  readonly run: InFlightCall;
  /** The call did not run: its session was unknown, or nothing could be connected to. */
  retry(lost: LegacyLink, isRetry: boolean, failure: GatewayFailure): void;
  /** Nobody wants its answer any more. */
  end(reason: string): void;
  /** It is over for the session: it cannot be taken back, and what its server asked needs no answer. */
  forget(): void;
}

/** What a 2025 server answers to a call of a 2025 client, message by message as it goes to the client. */
export class LegacyToLegacy implements MessageReceiver {
  readonly #relay: AnsweredCall;
  readonly #link: LegacyLink;
  readonly #isRetry: boolean;
  #status = 200;
  #head: Headers = {};
  /** The server has forgotten the session: the call is made once more. */
  #isLost = false;
  #isAnswered = false;
  /** Its client can come back for the rest of the stream. */
  #isResumable = false;

  constructor(relay: AnsweredCall, link: LegacyLink, isRetry: boolean) {
    this.#relay = relay;
    this.#link = link;
    this.#isRetry = isRetry;
  }

  onOpen(status: number, framing: Framing, headers: Headers): void {
    const { onResponse, reply } = this.#relay.call;
    this.#status = status;
    this.#head = headers;
    this.#isLost = status === 404 && this.#link.isStateful;
    const isOk = status >= 200 && status < 300;
    if (isOk && framing === "events" && onResponse === undefined) reply.openStream();
  }

  onEvent(event: StreamEvent): void {
    const { run } = this.#relay;
    if (!this.#isRetry && isSessionRefusal(this.#status, event.data)) {
      this.#isLost = true;
      this.#link.instance.forgetLegacySessions();
    }
    if (this.#isLost) return;
    const refusal = wantsToken(this.#status, this.#head);
    if (refusal !== undefined) {
      run.fail(refusal);
      return;
    }
    run.heard(event.data ?? "");
    if (event.id !== undefined) this.#isResumable = true;
    if (event.data === undefined) this.#passOn(event);
    else this.#take(event, event.data);
  }

  onLong(answering: Answering): Passage | undefined {
    const { run, call } = this.#relay;
    const { reply, request, entry } = call;
    const mustSee = call.onResponse !== undefined || call.rewrites !== undefined;
    if (mustSee || this.#isLost || this.#status >= 300) return undefined;
    return passLong(
      {
        run,
        reply,
        id: request.id,
        mayAsk: false,
        eventOf: (event) => ({ ...event, ...mappedId(entry.record.id, event) }),
        onWhole: (said) => this.#finish(said),
        onOther: () => run.fail(unanswered(this.#status, this.#head)),
        onGone: () => this.#relay.end("The client left in the middle of the answer"),
      },
      answering,
    );
  }

  /** To its client as well. The call is as silent as before: whatever keeps connections open sends comments. */
  onComment(): void {
    const { reply } = this.#relay.call;
    if (reply.isStream) reply.comment();
  }

  onRoom(hasRoom: boolean): void {
    this.#relay.run.waitForRoom(hasRoom);
  }

  onEnd(): void {
    const { run, call } = this.#relay;
    run.ended();
    if (this.#isLost) this.#relay.retry(this.#link, this.#isRetry, forgotTwice);
    else if (this.#isAnswered || (this.#isResumable && call.reply.isStream)) {
      // Without an answer it is a server that wants to be asked again for the rest of the stream.
      this.#relay.forget();
      run.finish("ok");
      // Whoever takes the response answers with it.
      if (!this.#isAnswered || call.onResponse === undefined) call.reply.end();
    } else run.fail(unanswered(this.#status, this.#head));
  }

  onFailure(failure: UpstreamFailure): void {
    const told = failureOf(failure);
    if (failure.neverSent) {
      this.#relay.run.unreached(told);
      this.#relay.retry(this.#link, this.#isRetry, told);
    }
    // What was lost may be the whole server; the next call finds out.
    else this.#relay.run.fail(told);
  }

  /** A message: of a question, a notification and an answer each goes its way; anything else goes nowhere. */
  #take(event: StreamEvent, data: string): void {
    const { run, call } = this.#relay;
    const heard = hear(data, event.bytes);
    if (heard?.kind === "request") {
      run.waitForClient();
      const { session, reply } = call;
      const ids = mappedId(call.entry.record.id, event);
      const onSettled = () => run.goOn();
      askClient({ session, link: this.#link, reply, ids, call: run, onSettled }, heard.message);
    } else if (heard?.kind === "notification") this.#notify(event, data, heard.message);
    // What answers somebody else is nobody's here.
    else if (heard?.kind === "answer" && answersRequest(heard.envelope, call.request.id))
      this.#respond(event, data, heard.envelope);
  }

  #notify(event: StreamEvent, data: string, message: JsonRpcNotification): void {
    const { context, run, call } = this.#relay;
    const { session, reply, entry } = call;
    if (changedLists(message.method) !== undefined) {
      // Clients hear of it when the hub has read the new list.
      void context.refresh(entry.record.id);
      if (reply.isStream) reply.comment();
      return;
    }
    let text = rewriteText(data, call.rewrites);
    if (message.method === "notifications/cancelled") {
      const told = takeBack(session, this.#link, message);
      if (told === undefined) return;
      text = JSON.stringify(told);
    }
    const isRead = reply.event({ ...mappedId(entry.record.id, event), data: text });
    if (!isRead) run.slowDown((listener) => reply.onDrain(listener));
  }

  #respond(event: StreamEvent, data: string, said: Envelope): void {
    const { reply, onResponse, rewrites, entry } = this.#relay.call;
    const text = rewriteText(data, rewrites);
    this.#finish(said);
    if (onResponse !== undefined) onResponse(text);
    // Whether its server ends it as well is nothing to the client.
    else {
      const bytes = text === data ? event.bytes : undefined;
      if (reply.isStream)
        reply.lastEvent({ ...event, ...mappedId(entry.record.id, event), data: text, bytes });
      else reply.message(bytes ?? text, this.#status >= 400 ? this.#status : 200);
    }
  }

  #finish(said: Envelope): void {
    this.#isAnswered = true;
    this.#relay.forget();
    this.#relay.run.settle(said);
  }

  #passOn(event: StreamEvent): void {
    const { reply, entry } = this.#relay.call;
    reply.event({ ...event, ...mappedId(entry.record.id, event) });
  }
}

/** Ids of events tell which server a client wants to go on with. */
export function mappedId(serverId: string, { id }: StreamEvent): { readonly id?: string } {
  return id === undefined || id === "" ? {} : { id: `${serverId}:${id}` };
}
