import type { JsonRpcRequest } from "@hub/mcp";
import { InFlightCall } from "../calls/in-flight-call.js";
import type { GatewayFailure } from "../errors.js";
import { tracedText } from "../traffic/call-trace.js";
import { failureText, faultOf } from "../upstream/call-failures.js";
import type { GatewayContext } from "../upstream/context.js";
import type { LegacyLink } from "../upstream/legacy-link.js";
import { type ServerSession, Unreachable } from "../upstream/open-session.js";
import type { LegacyCallOptions } from "./legacy-call-options.js";
import { type AnsweredCall, LegacyToLegacy } from "./legacy-to-legacy.js";
import { LegacyToModern } from "./legacy-to-modern.js";

/**
 * A call of a client of a 2025 revision, from its request to its end: to a server of the same revisions in
 * the client's session with it, to one of 2026-07-28 by way of `LegacyToModern`.
 */
export class LegacyCall implements AnsweredCall {
  readonly context: GatewayContext;
  readonly call: LegacyCallOptions;
  readonly run: InFlightCall;
  readonly #cancel = () => this.end("The client took the call back");
  /** The session that it was sent in last. */
  #link: LegacyLink | undefined;

  constructor(context: GatewayContext, call: LegacyCallOptions) {
    const { session, entry, request } = call;
    this.context = context;
    this.call = call;
    this.run = new InFlightCall(context, {
      peer: session.peer,
      entry,
      id: request.id,
      method: request.method,
      name: call.name,
      client: session.client,
      principal: session.principal,
      from: call.reply.from,
      cameWith: call.reply.cameWith,
      params: request.params,
      running: call.running,
      onUnreached: (failure, running) => {
        if (call.onUnreached?.(failure, running) !== true) return false;
        this.forget();
        return true;
      },
      onFailure: (failure) => this.#failed(failure),
    });
    session.calls.set(request.id, this.#cancel);
  }

  /** Sends it. Resolves when it is on its way, or has failed. */
  async start(): Promise<void> {
    const { session, entry } = this.call;
    const ready = session.servers.ready(entry);
    if (ready === undefined) return this.#open(false);
    try {
      this.#send(ready, false);
    } catch (error) {
      this.#fail(error);
    }
  }

  retry(lost: LegacyLink, isRetry: boolean, failure: GatewayFailure): void {
    const { session, entry } = this.call;
    session.servers.drop(entry.record.id, lost);
    // A greeting that was kept must not open the same dead instance once more.
    lost.instance.forgetLegacySessions();
    if (this.run.isOver) return;
    const isVain = isRetry || this.context.instances.isRetryVain(entry, lost.instance);
    if (!isVain) void this.#open(true);
    // A server that was started again meanwhile forgot nothing: it never knew.
    else
      this.run.fail({ ...failure, isAway: failure.isAway ?? this.run.isRestarted(lost.instance) });
  }

  end(reason: string): void {
    const { request, reply } = this.call;
    this.#link?.post(cancelled(request, reason));
    this.forget();
    this.run.cancel();
    // A stream that ends: the client expects no answer to what it took back.
    reply.openStream();
    reply.end();
  }

  forget(): void {
    const { session, request } = this.call;
    if (session.calls.get(request.id) === this.#cancel) session.calls.delete(request.id);
    session.running.delete(this.run);
    session.questions.dropOf(this.run);
  }

  answer(text: string): void {
    const { onResponse, reply } = this.call;
    if (onResponse === undefined) reply.message(text);
    else onResponse(text);
  }

  async #open(isRetry: boolean): Promise<void> {
    try {
      const session = await this.call.session.servers.with(this.call.entry);
      if (this.run.isOver) return;
      if (session.kind === "legacy") this.#send(session, isRetry);
      else await new LegacyToModern(this.context, this.#bridged()).start();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    const isKnown = error instanceof Unreachable;
    this.run.fail(isKnown ? error.failure : faultOf(this.context, error));
  }

  #send({ link }: ServerSession & { readonly kind: "legacy" }, isRetry: boolean): void {
    const { session, request, text } = this.call;
    this.#link = link;
    session.running.set(this.run, link);
    this.run.send(link.instance, (meta) => {
      const sent = meta === undefined ? text : tracedText(text ?? JSON.stringify(request), meta);
      return link.request(request, new LegacyToLegacy(this, link, isRetry), sent);
    });
  }

  #bridged() {
    return {
      ...this.call,
      run: this.run,
      answer: (text: string) => this.answer(text),
      forget: () => this.forget(),
    };
  }

  #failed(failure: GatewayFailure): void {
    const { request, entry } = this.call;
    // A server that was told keeps nothing running for a call that nobody waits for.
    if (failure.code === "CALL_TIMED_OUT")
      this.#link?.post(cancelled(request, "The hub's time limit"));
    this.forget();
    this.answer(failureText(this.context, request.id, failure, entry));
  }
}

function cancelled(request: JsonRpcRequest, reason: string) {
  return {
    jsonrpc: "2.0",
    method: "notifications/cancelled",
    params: { requestId: request.id, reason },
  };
}
