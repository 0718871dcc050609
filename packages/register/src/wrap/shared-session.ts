import {
  SUPPORTED_PROTOCOL_VERSIONS,
  type WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import type { Listener } from "./audience.js";
import { canAnswer } from "./capabilities.js";
import {
  failed,
  isNotification,
  isRequest,
  type JsonRpcId,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  methodNotFound,
  type Outcome,
  outcomeOf,
  serverGone,
} from "./json-rpc.js";
import { passesLogLevel } from "./log-level.js";
import type { Call, Caller, ClientCapabilities, Upstream } from "./upstream.js";

/**
 * A client session of the 2025 revision on an upstream that other sessions use too. What belongs
 * to the session (handshake, log level, subscriptions) is answered here; calls go through.
 */
export class SharedSession implements Listener {
  readonly subscriptions = new Set<string>();
  readonly #transport: WebStandardStreamableHTTPServerTransport;
  readonly #upstream: Upstream;
  readonly #calls = new Map<JsonRpcId, Call>();
  readonly #questions = new Map<JsonRpcId, (outcome: Outcome) => void>();
  #capabilities: ClientCapabilities = {};
  #logLevel = "debug";
  #nextQuestion = 0;

  constructor(transport: WebStandardStreamableHTTPServerTransport, upstream: Upstream) {
    this.#transport = transport;
    this.#upstream = upstream;
    const leave = upstream.audience.join(this);
    transport.onmessage = (message) => this.#receive(message as JsonRpcMessage); // SDK-parsed
    transport.onclose = () => {
      leave();
      this.#end();
    };
  }

  notify(notification: JsonRpcNotification): void {
    this.#send(notification);
  }

  canAnswer(method: string): boolean {
    return canAnswer(this.#capabilities, method);
  }

  ask(
    request: JsonRpcRequest,
    signal: AbortSignal,
    relatedRequestId?: JsonRpcId,
  ): Promise<Outcome> {
    this.#nextQuestion += 1;
    const id = `hub-${this.#nextQuestion}`;
    return new Promise((resolve) => {
      const settle = (outcome: Outcome) => {
        this.#questions.delete(id);
        signal.removeEventListener("abort", takeBack);
        resolve(outcome);
      };
      const takeBack = () => {
        const params = { requestId: id, reason: "The server no longer waits" };
        this.#send({ jsonrpc: "2.0", method: "notifications/cancelled", params }, relatedRequestId);
        settle(failed(serverGone, "Cancelled"));
      };
      signal.addEventListener("abort", takeBack);
      this.#questions.set(id, settle);
      this.#send({ ...request, id }, relatedRequestId);
    });
  }

  #receive(message: JsonRpcMessage): void {
    if (isRequest(message)) {
      void this.#answer(message).then((outcome) =>
        this.#send({ jsonrpc: "2.0", id: message.id, ...outcome }),
      );
    } else if (isNotification(message)) {
      this.#pass(message);
    } else {
      this.#questions.get(message.id)?.(outcomeOf(message));
    }
  }

  async #answer(request: JsonRpcRequest): Promise<Outcome> {
    switch (request.method) {
      case "ping":
        return { result: {} };
      case "initialize":
        return this.#initialize(request);
      case "logging/setLevel":
        return this.#setLogLevel(request);
      case "resources/unsubscribe":
        return this.#unsubscribe(request);
      default: {
        const outcome = await this.#forward(request);
        if (request.method === "resources/subscribe" && "result" in outcome) {
          this.subscriptions.add(String(request.params?.uri));
        }
        return outcome;
      }
    }
  }

  async #initialize(request: JsonRpcRequest): Promise<Outcome> {
    try {
      const description = await this.#upstream.initialize();
      const asked = String(request.params?.protocolVersion);
      this.#capabilities = (request.params?.capabilities ?? {}) as ClientCapabilities; // SDK-parsed
      const protocolVersion = SUPPORTED_PROTOCOL_VERSIONS.includes(asked) ? asked : "2025-11-25";
      return { result: { ...description, protocolVersion } };
    } catch (error) {
      return failed(serverGone, error instanceof Error ? error.message : String(error));
    }
  }

  async #setLogLevel(request: JsonRpcRequest): Promise<Outcome> {
    const { capabilities } = await this.#upstream.initialize();
    if (capabilities.logging === undefined) return failed(methodNotFound, "Method not found");
    this.#logLevel = String(request.params?.level);
    return { result: {} };
  }

  async #unsubscribe(request: JsonRpcRequest): Promise<Outcome> {
    const uri = String(request.params?.uri);
    this.subscriptions.delete(uri);
    const isStillWanted = this.#upstream.audience.subscribedUris().has(uri);
    return isStillWanted ? { result: {} } : this.#forward(request);
  }

  async #forward(request: JsonRpcRequest): Promise<Outcome> {
    const caller: Caller = {
      notify: (notification) => this.#send(notification, request.id),
      canAnswer: (method) => this.canAnswer(method),
      ask: (question, signal) => this.ask(question, signal, request.id),
    };
    const call = this.#upstream.call(request.method, request.params, caller);
    this.#calls.set(request.id, call);
    try {
      return await call.outcome;
    } finally {
      this.#calls.delete(request.id);
    }
  }

  #pass(notification: JsonRpcNotification): void {
    const { method, params } = notification;
    if (method === "notifications/cancelled") {
      const reason = params?.reason;
      this.#calls
        .get(params?.requestId as JsonRpcId) // per protocol
        ?.cancel(typeof reason === "string" ? reason : undefined);
    } else if (method === "notifications/progress") {
      // About one of the server's own questions; its token is the server's and travelled untouched.
      this.#upstream.notify(method, params);
    }
  }

  #send(message: JsonRpcMessage, relatedRequestId?: JsonRpcId): void {
    if (isNotification(message) && !passesLogLevel(message, this.#logLevel)) return;
    // A client that went away is no error here: its session ends by itself. The cast: the transports of
    // SDK v1 and v2 name the same messages differently.
    this.#transport
      .send(message as never, relatedRequestId === undefined ? {} : { relatedRequestId })
      .catch(() => {});
  }

  #end(): void {
    for (const call of this.#calls.values()) call.cancel("The client session ended");
    for (const settle of [...this.#questions.values()]) {
      settle(failed(serverGone, "The client session ended"));
    }
    for (const uri of this.subscriptions) {
      this.subscriptions.delete(uri);
      if (!this.#upstream.audience.subscribedUris().has(uri)) {
        void this.#upstream.request("resources/unsubscribe", { uri });
      }
    }
  }
}
