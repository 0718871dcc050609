import type { JsonObject } from "@hub/core/json";
import type { UpstreamFailure, UpstreamRequest } from "@hub/core/upstream";
import {
  type Answering,
  answersRequest,
  type Envelope,
  type Headers,
  hear,
  inputRequired,
  type JsonRpcRequest,
  lowestLogLevel,
  mostInputRounds,
  type Params,
  parseMessage,
  type StreamEvent,
  textWithArguments,
} from "@hub/mcp";
import { KeptBytes } from "../calls/kept-bytes.js";
import { rewriteText } from "../catalogue/uri-rewriting.js";
import type { GatewayFailure } from "../errors.js";
import { tracedRequest } from "../traffic/call-trace.js";
import { failureOf, noInstanceLeft } from "../upstream/call-failures.js";
import { unanswered } from "../upstream/classify-answer.js";
import type { GatewayContext } from "../upstream/context.js";
import { exchange, type Framing, type MessageReceiver } from "../upstream/exchange.js";
import type { UpstreamInstance } from "../upstream/instances.js";
import type { Passage } from "../upstream/long-answer.js";
import { modernHeaders, withEnvelope } from "../upstream/modern.js";
import { askForInput, type BridgedCall } from "./input-required.js";
import { passLong } from "./pass-long.js";

/** The result in a response as it was written. */
function resultOf(text: string): JsonObject | undefined {
  const parsed = parseMessage(text);
  return parsed?.kind === "response" ? parsed.message.result : undefined;
}

/** A response as it was written, and what it is. */
type Response = { readonly text: string; readonly said: Envelope };

/**
 * A call of a client of a 2025 revision to a server of 2026-07-28. What the server wants to know first (an
 * input-required result) is asked as requests to the client, and the call made again with the answers.
 */
export class LegacyToModern {
  readonly #context: GatewayContext;
  readonly #call: BridgedCall;
  readonly #kept: KeptBytes;

  constructor(context: GatewayContext, call: BridgedCall) {
    this.#context = context;
    this.#call = call;
    this.#kept = new KeptBytes(context.budgets, call.session.peer);
  }

  /** Makes the call, round by round. Resolves when it is over, or when its client is to be asked no more. */
  async start(): Promise<void> {
    const { request, run } = this.#call;
    let { params } = request;
    for (let round = 0; round < mostInputRounds; round += 1) {
      const message = { ...request, params: this.#envelope(params) };
      // While the client is asked, nothing keeps the response, which may be large.
      const given = await new Round(this.#context, this.#call, message)
        .start()
        .then((response) => this.#take(response));
      this.#kept.giveBack();
      if (given === undefined) return;
      params = { ...request.params, ...given };
    }
    run.fail({
      code: "ANSWER_INVALID",
      cause: `it asked for more input ${mostInputRounds} times in one call.`,
      mayHaveRun: true,
    });
  }

  #envelope(params: Params | undefined): Params {
    const { identity, logLevel } = this.#call.session;
    return withEnvelope(params, {
      clientCapabilities: identity.capabilities,
      clientInfo: identity.clientInfo,
      // A 2025 server of whom nobody wishes a level sends what it has; a modern one would send nothing.
      logLevel: logLevel ?? lowestLogLevel,
    });
  }

  /** What the client's answers add to the next round; undefined when the call is over. */
  #take(response: Response | undefined): Promise<Params | undefined> | undefined {
    const call = this.#call;
    if (response === undefined || call.run.isOver) return undefined;
    const { text, said } = response;
    const asked = said.resultType === "input_required" ? inputRequired(resultOf(text)) : undefined;
    const { budgets } = this.#context;
    if (asked !== undefined) return askForInput({ ...call, kept: this.#kept, budgets }, asked);
    call.forget();
    call.run.settle(said);
    call.answer(rewriteText(text, call.rewrites));
    return undefined;
  }
}

/** One round of a call: a request, sent to the first instance that can be connected to, and its response. */
class Round implements MessageReceiver {
  readonly #context: GatewayContext;
  readonly #call: BridgedCall;
  readonly #message: JsonRpcRequest;
  readonly #request: UpstreamRequest;
  /** Instances that are not tried yet. */
  readonly #untried: UpstreamInstance[];
  #resolve: (response: Response | undefined) => void = () => undefined;
  #status = 0;
  #head: Headers = {};
  #isAnswered = false;

  constructor(context: GatewayContext, call: BridgedCall, message: JsonRpcRequest) {
    const { entry, session } = call;
    const written = call.argumentsText();
    this.#context = context;
    this.#call = call;
    this.#message = message;
    this.#request = {
      method: "POST",
      headers: modernHeaders(message, call.headers, written),
      body: textWithArguments(message, written),
      via: session.via,
    };
    this.#untried = context.instances
      .candidates(entry)
      .filter((instance) => instance.eraIn(entry) === "modern");
  }

  /** Resolves with the response; undefined when the call has ended otherwise. */
  start(): Promise<Response | undefined> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#tryNext(undefined);
    });
  }

  onOpen(status: number, _: Framing, headers: Headers): void {
    this.#status = status;
    this.#head = headers;
  }

  onEvent({ data }: StreamEvent): void {
    if (data === undefined) return;
    const { run, reply, rewrites } = this.#call;
    run.heard(data);
    const heard = hear(data);
    if (heard?.kind === "answer" && answersRequest(heard.envelope, this.#message.id)) {
      this.#isAnswered = true;
      run.answered();
      this.#resolve({ text: data, said: heard.envelope });
    } else if (
      heard?.kind === "notification" &&
      !reply.event({ data: rewriteText(data, rewrites) })
    )
      run.slowDown((listener) => reply.onDrain(listener));
  }

  onLong(answering: Answering): Passage | undefined {
    const { run, reply, onResponse, rewrites, forget } = this.#call;
    const mustSee = onResponse !== undefined || rewrites !== undefined;
    if (mustSee || this.#isAnswered || this.#status >= 300) return undefined;
    return passLong(
      {
        run,
        reply,
        id: this.#message.id,
        mayAsk: true,
        onWhole: (said) => {
          this.#isAnswered = true;
          forget();
          run.settle(said);
          this.#resolve(undefined);
        },
        onOther: () => this.#fail(unanswered(this.#status, this.#head)),
        onGone: () => {
          forget();
          run.cancel();
          this.#resolve(undefined);
        },
      },
      answering,
    );
  }

  onComment(): void {
    const { onResponse, reply } = this.#call;
    if (onResponse === undefined && this.#status < 300) reply.comment();
  }

  onRoom(hasRoom: boolean): void {
    this.#call.run.waitForRoom(hasRoom);
  }

  onEnd(): void {
    this.#call.run.ended();
    if (!this.#isAnswered) this.#fail(unanswered(this.#status, this.#head));
  }

  onFailure(failure: UpstreamFailure): void {
    const told = failureOf(failure);
    if (failure.neverSent) {
      this.#call.run.unreached(told);
      this.#tryNext(failure);
    } else this.#fail(told);
  }

  #tryNext(last: UpstreamFailure | undefined): void {
    const { entry, run } = this.#call;
    const instance = this.#untried.shift();
    if (instance === undefined) {
      this.#fail(noInstanceLeft(this.#context, entry, last));
      return;
    }
    this.#status = 0;
    this.#head = {};
    const { dialer, serverMessages } = this.#context;
    run.send(instance, (meta) =>
      exchange(dialer, instance, tracedRequest(this.#request, meta), serverMessages, this),
    );
    if (run.isOver) this.#resolve(undefined);
  }

  #fail(failure: GatewayFailure): void {
    this.#call.run.fail(failure);
    this.#resolve(undefined);
  }
}
