import type { BudgetBook } from "@hub/core";
import type { JsonObject } from "@hub/core/json";
import {
  type Answering,
  answersRequest,
  changedLists,
  codes,
  type Envelope,
  hear,
  isLogged,
  type JsonRpcId,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type StreamEvent,
} from "@hub/mcp";
import type { InFlightCall } from "../calls/in-flight-call.js";
import type { KeptBytes } from "../calls/kept-bytes.js";
import { type Rewrites, rewriteText } from "../catalogue/uri-rewriting.js";
import type { GatewayFailure } from "../errors.js";
import type { Refusal } from "../reply/refuse-more.js";
import type { Reply } from "../reply/reply.js";
import type { ModernCaller } from "../session/modern-caller.js";
import { tooManyQuestions } from "../session/questions.js";
import type { LegacyLink } from "../upstream/legacy-link.js";
import type { Passage } from "../upstream/long-answer.js";
import { openSessionStream, type SessionStream } from "../upstream/session-stream.js";
import { membersText, modernResponse } from "./modern-response.js";
import { passLong } from "./pass-long.js";
import { PendingQuestions } from "./pending-questions.js";

/** The request that waits for an answer now; each round has another one. */
type Attached = {
  readonly id: JsonRpcId;
  readonly progressToken: unknown;
  readonly reply: Reply;
  readonly stopWatching: () => void;
};

/** Notifications kept while nobody is there to hear them. */
const mostKept = 100;

export type ModernToLegacyOptions = {
  readonly request: JsonRpcRequest;
  readonly caller: ModernCaller;
  readonly run: InFlightCall;
  readonly rewrites: Rewrites | undefined;
  readonly budgets: BudgetBook;
  /**
   * The server asked something: makes the state that the client brings back, unless too much waits for
   * clients already. `bytes` is what is kept meanwhile; `id` that of the request that hears of it.
   */
  readonly hold: (round: number, bytes: number, id: JsonRpcId) => string | Refusal;
  /** The hub's failure as the answer to one of its client's requests. */
  readonly failureText: (id: JsonRpcId, failure: GatewayFailure) => string;
  /** What it keeps while it waits. */
  readonly kept: KeptBytes;
  /** The call is over, or nobody will come back for it. */
  readonly onOver: () => void;
  /** The server's lists changed. */
  readonly onListChanged: () => void;
};

/**
 * One call of a modern client to a server of a 2025 revision. The server may ask back in the middle: the
 * call stays open with the server, the client gets the question as an input-required result, and comes
 * back with the answer in a new request, which then waits for the rest of the call.
 */
export class ModernToLegacy {
  readonly #options: ModernToLegacyOptions;
  readonly #questions = new PendingQuestions();
  readonly #kept: string[] = [];
  #link: LegacyLink | undefined;
  #stream: SessionStream | undefined;
  #attached: Attached | undefined;
  #response: string | undefined;
  /** Why it ended while its client was away, which hears so when it comes back. */
  #failure: GatewayFailure | undefined;
  #round = 0;
  #isAsking = false;
  /** Its answer is on its way to its client, who cannot be asked any more. */
  #isPassing = false;
  #isOver = false;

  constructor(options: ModernToLegacyOptions) {
    this.#options = options;
  }

  get round(): number {
    return this.#round;
  }

  /** Whether a client that comes back would be the first to do so. */
  get isWaited(): boolean {
    return this.#attached !== undefined;
  }

  /** Questions that its client has not answered. */
  get questions(): number {
    return this.#questions.size;
  }

  get run(): InFlightCall {
    return this.#options.run;
  }

  /** The session is this call's alone, so what the server says outside of the call is meant for it too. */
  async start(link: LegacyLink): Promise<void> {
    this.#link = link;
    if (!this.#options.caller.hearsServers) return;
    const stream = openSessionStream(link, (event) => this.hear(event));
    this.#stream = stream;
    await stream.isOpen;
  }

  /** Lets a request wait for what comes next. To close its connection is to take the call back. */
  attach(id: JsonRpcId, progressToken: unknown, reply: Reply): void {
    const stopWatching = reply.onGone(() => this.cancel("The client closed the stream"));
    this.#attached = { id, progressToken, reply, stopWatching };
    this.#options.kept.giveBack();
    for (const data of this.#kept.splice(0)) {
      const heard = hear(data);
      if (heard?.kind === "notification") this.#notify(data, heard.message);
    }
    if (this.#failure !== undefined) this.fail(this.#failure);
    else if (this.#response !== undefined) this.#answer(this.#response);
    else this.#askSoon();
  }

  /** Takes the answers a client brought back; those that are missing are asked for again. */
  resume(responses: JsonObject): void {
    for (const { serverId: id, result } of this.#questions.answered(responses)) {
      this.#link?.post({ jsonrpc: "2.0", id, result });
      this.run.goOn();
    }
  }

  /** One message of the server's. */
  hear(event: StreamEvent): void {
    const { data } = event;
    if (data === undefined || this.#isOver || this.#failure !== undefined) return;
    this.run.heard(data);
    const heard = hear(data);
    if (heard?.kind === "notification") this.#notification(data, heard.message);
    else if (heard?.kind === "request") this.#question(heard.message);
    else if (
      heard?.kind === "answer" &&
      this.#response === undefined &&
      answersRequest(heard.envelope, this.#options.request.id)
    )
      this.#answered(data, heard.envelope);
  }

  /** A sign of life of the server's, for a client that waits. */
  showLife(): void {
    this.#attached?.reply.comment();
  }

  /** Takes a long answer of the server's while it comes, where its client waits for it. */
  takeLong(answering: Answering, onOther: () => void): Passage | undefined {
    const { run, request, rewrites } = this.#options;
    const { id, reply } = this.#attached ?? {};
    if (reply === undefined || id !== request.id || rewrites !== undefined) return undefined;
    // Its client is about to be asked, and hears of the answer when it comes back.
    if (this.#questions.size > 0) return undefined;
    const onWhole = (said: Envelope) => {
      run.settle(said);
      this.#detach();
      this.#end();
    };
    const members = membersText(request.method);
    const passage = passLong(
      // Whoever waits for the call hears already that its client has gone.
      { run, reply, id, members, mayAsk: false, onWhole, onOther, onGone: () => undefined },
      answering,
    );
    this.#isPassing ||= passage !== undefined;
    return passage;
  }

  /** The hub's own answer instead of the server's, now or when the client comes back for it. */
  fail(failure: GatewayFailure): void {
    const attached = this.#detach();
    if (attached === undefined) {
      this.#failure = failure;
      this.#letGo();
      return;
    }
    this.#end();
    attached.reply.message(this.#options.failureText(attached.id, failure));
  }

  /** Tells the server that nobody waits for its answer. */
  tellCancelled(reason: string): void {
    this.#link?.post({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: this.#options.request.id, reason },
    });
  }

  /** The call did not run and is made anew in another session. */
  leave(): void {
    this.#detach();
    this.#end();
  }

  /** Nobody waits for the call any more. */
  cancel(reason: string): void {
    if (this.#isOver) return;
    if (this.#response === undefined && this.#failure === undefined) this.tellCancelled(reason);
    this.run.cancel();
    this.#detach();
    this.#end();
  }

  #answered(data: string, envelope: Envelope): void {
    const isAway = this.#attached === undefined;
    if (isAway && !this.#keep(data)) {
      this.run.fail(this.#options.kept.tooMuch);
      return;
    }
    this.#response = data;
    this.run.settle(envelope);
    if (isAway) return;
    if (this.#stream === undefined) this.#answer(data);
    // What the server said before it, on the session's stream, comes on another connection. It is there by now, and is
    // read in this turn of the loop, but perhaps after the answer.
    else
      setImmediate(() => {
        if (this.#response === data && this.#attached !== undefined) this.#answer(data);
      });
  }

  #notification(data: string, message: JsonRpcNotification): void {
    const { method } = message;
    if (method === "notifications/cancelled") {
      this.#takeBack(message.params?.requestId);
      return;
    }
    if (changedLists(method) !== undefined) {
      this.#options.onListChanged();
      return;
    }
    if (method === "notifications/message") {
      if (!isLogged(message.params?.level, this.#options.caller.logLevel)) return;
    } else if (method !== "notifications/progress") return;
    if (this.#attached !== undefined) this.#notify(data, message);
    else if (this.#kept.length < mostKept && this.#keep(data)) this.#kept.push(data);
  }

  /** Each round has a progress token of its own, or none. */
  #notify(data: string, message: JsonRpcNotification): void {
    const attached = this.#attached;
    if (attached === undefined) return;
    const first = this.#options.request.params?._meta?.progressToken;
    let text = data;
    if (message.method === "notifications/progress" && attached.progressToken !== first) {
      if (attached.progressToken === undefined) return;
      text = JSON.stringify({
        ...message,
        params: { ...message.params, progressToken: attached.progressToken },
      });
    }
    const isRead = attached.reply.event({ data: rewriteText(text, this.#options.rewrites) });
    if (!isRead) this.run.slowDown((listener) => attached.reply.onDrain(listener));
  }

  #question(request: JsonRpcRequest): void {
    const { id: serverId, method } = request;
    if (method === "ping") {
      this.showLife();
      this.#link?.reply({ jsonrpc: "2.0", id: serverId, result: {} });
      return;
    }
    // A client is never asked what it has not said it can answer, or in the middle of its answer.
    if (this.#isPassing || !this.#options.caller.canAnswer(method)) {
      const error = { code: codes.methodNotFound, message: `The client cannot answer ${method}` };
      this.#link?.reply({ jsonrpc: "2.0", id: serverId, error });
      return;
    }
    const { budgets } = this.#options;
    if (this.#questions.size >= budgets.limit("questions")) {
      budgets.refused("questions");
      this.#link?.reply({ jsonrpc: "2.0", id: serverId, error: tooManyQuestions });
      return;
    }
    if (this.#attached === undefined && !this.#keep(JSON.stringify(request))) {
      this.tellCancelled(this.#options.kept.tooMuch.cause);
      this.run.fail(this.#options.kept.tooMuch);
      return;
    }
    this.#questions.add(request);
    this.run.waitForClient();
    this.#askSoon();
  }

  /** The server wants no answer any more; a client that brings one finds that nobody asks. */
  #takeBack(serverId: unknown): void {
    for (let left = this.#questions.takeBack(serverId); left > 0; left -= 1) this.run.goOn();
  }

  /** Questions that come together are asked together. */
  #askSoon(): void {
    if (this.#isAsking || this.#questions.size === 0) return;
    this.#isAsking = true;
    setImmediate(() => {
      this.#isAsking = false;
      if (this.#questions.size === 0 || this.#isOver || this.#response !== undefined) return;
      const attached = this.#detach();
      if (attached === undefined) return;
      this.#round += 1;
      const inputRequests = this.#questions.requests;
      const bytes = JSON.stringify([this.#options.request.params, inputRequests]).length;
      const state = this.#options.hold(this.#round, bytes, attached.id);
      if (typeof state === "string") {
        const result = { resultType: "input_required", inputRequests, requestState: state };
        attached.reply.message(JSON.stringify({ jsonrpc: "2.0", id: attached.id, result }));
        return;
      }
      attached.reply.message(state.text, state.status, state.headers);
      this.run.finish("hub-error");
      this.cancel("Too many calls wait for their clients");
    });
  }

  /** Keeps something of the server's until the client comes back; false when there is too much. */
  #keep(text: string): boolean {
    if (this.#options.kept.take(Buffer.byteLength(text))) return true;
    this.#options.budgets.refused("heldBytes");
    return false;
  }

  #answer(data: string): void {
    const attached = this.#detach();
    this.#end();
    if (attached === undefined) return;
    const { caller, request, rewrites } = this.#options;
    const text = rewriteText(data, rewrites);
    const { status, body } = modernResponse(text, attached.id, request.method, caller);
    attached.reply.message(body, status);
  }

  #detach(): Attached | undefined {
    const attached = this.#attached;
    this.#attached = undefined;
    attached?.stopWatching();
    return attached;
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#letGo();
    this.#options.onOver();
  }

  /** Nothing that it keeps is needed any more, here or at the server. */
  #letGo(): void {
    this.#options.kept.giveBack();
    this.#kept.length = 0;
    this.#questions.clear();
    this.#response = undefined;
    this.#stream?.close();
    this.#link?.close();
    this.#link = undefined;
  }
}
