import type { JsonObject } from "@hub/core/json";
import {
  type ClientCapabilities,
  isLogged,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type Outcome,
  type Params,
} from "@hub/mcp";
import type { ServerContext } from "@modelcontextprotocol/server";
import type { Caller } from "./client.js";
import { clientCapabilitiesOf, logLevelOf } from "./envelope.js";
import { gone } from "./json-rpc.js";
import type { Call, Upstream } from "./upstream.js";
import { toPlain } from "./written-numbers.js";
import { writtenParams } from "./written-request.js";

interface Question {
  readonly request: JsonRpcRequest;
  settle(outcome: Outcome): void;
}

/** Members of notifications that are handed on as they were written; all other numbers are counted with. */
const asWritten: ReadonlySet<string> = new Set(["data", "_meta", "progressToken"]);

/** What a stateless request leads to: the end, or questions the client must answer first. */
export type Step =
  | { readonly outcome: Outcome }
  | { readonly questions: Readonly<Record<string, { method: string; params?: Params }>> };

/**
 * A call of a 2026-07-28 client on a server that may ask back in the middle. The call stays open
 * on the server while its questions travel as an input-required result and come back with a retry.
 */
export class ModernCall implements Caller {
  readonly method: string;
  readonly #questions = new Map<string, Question>();
  readonly #call: Call;
  readonly #released: () => void;
  #context: ServerContext;
  #delivery: Promise<unknown> = Promise.resolve();
  #nextQuestion = 0;
  #wake = () => {};

  constructor(
    upstream: Upstream,
    request: { readonly method: string; readonly params: Params },
    context: ServerContext,
    released: () => void,
  ) {
    this.method = request.method;
    this.#context = context;
    this.#released = released;
    this.#call = upstream.call(request.method, request.params, this);
    void this.#call.outcome.then(released);
  }

  notify(notification: JsonRpcNotification): void {
    const context = this.#context;
    const { method, params } = notification;
    if (method === "notifications/message" && !isLogged(params?.level, logLevelOf(context))) return;
    const mapped = toPlain(this.#withCurrentToken(notification), asWritten);
    if (mapped === undefined) return;
    this.#delivery = this.#delivery
      .then(() => context.mcpReq.notify(mapped as never)) // progress or log, as the server sent it
      .catch(() => {}); // the client left; its abort signal ends the call
  }

  /** No other call is known to be of the same client. */
  get client(): this {
    return this;
  }

  get capabilities(): ClientCapabilities {
    return clientCapabilitiesOf(this.#context);
  }

  ask(request: JsonRpcRequest, signal: AbortSignal): Promise<Outcome> {
    this.#nextQuestion += 1;
    const key = `question-${this.#nextQuestion}`;
    return new Promise((resolve) => {
      const settle = (outcome: Outcome) => {
        this.#questions.delete(key);
        resolve(outcome);
      };
      signal.addEventListener("abort", () => settle(gone("Cancelled")));
      this.#questions.set(key, { request, settle });
      this.#wake();
    });
  }

  /** The client came back: its answers go to the server, further notifications to this request. */
  resume(context: ServerContext): void {
    this.#context = context;
    const answers = writtenParams()?.inputResponses ?? context.mcpReq.inputResponses ?? {};
    for (const [key, result] of Object.entries(answers)) {
      this.#questions.get(key)?.settle({ result: result as JsonObject });
    }
  }

  /** Waits for the end or the next questions, while the client stays connected. */
  async next(): Promise<Step> {
    const { signal } = this.#context.mcpReq;
    const leave = () => this.giveUp("The client closed its request");
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave);
    try {
      const isAsked = new Promise<undefined>((resolve) => {
        this.#wake = () => resolve(undefined);
        if (this.#questions.size > 0) resolve(undefined);
      });
      const outcome = await Promise.race([this.#call.outcome, isAsked]);
      await this.#delivery;
      if (outcome !== undefined) return { outcome };
      return {
        questions: Object.fromEntries(
          [...this.#questions].map(([key, { request }]) => [
            key,
            { method: request.method, ...(request.params && { params: request.params }) },
          ]),
        ),
      };
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  giveUp(reason: string): void {
    for (const question of [...this.#questions.values()]) {
      question.settle(gone(reason));
    }
    this.#call.cancel(reason);
    this.#released();
  }

  /** A retry may carry another progress token, or none, than the request the server works on. */
  #withCurrentToken(notification: JsonRpcNotification): JsonRpcNotification | undefined {
    if (notification.method !== "notifications/progress") return notification;
    const progressToken = this.#context.mcpReq._meta?.progressToken;
    if (progressToken === undefined) return undefined;
    return { ...notification, params: { ...notification.params, progressToken } };
  }
}
