import {
  type ClientCapabilities,
  codes,
  isLogged,
  type JsonRpcId,
  type JsonRpcNotification,
  type JsonRpcRequest,
  lowestLogLevel,
  newestLegacyVersion,
  type Outcome,
} from "@hub/mcp";
import { SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/server";
import type { Caller, ClientSession } from "./client.js";
import {
  failed,
  gone,
  isNotification,
  isRequest,
  type JsonRpcMessage,
  outcomeOf,
} from "./json-rpc.js";
import type { OpenedSession, SessionTransport } from "./legacy-sessions.js";
import { SessionOutlet } from "./session-outlet.js";
import type { Call, Upstream } from "./upstream.js";

/**
 * A client session of the 2025 revision on an upstream that other sessions use too. What belongs
 * to the session (handshake, log level, subscriptions) is answered here; calls go through.
 */
export class SharedSession implements ClientSession {
  readonly subscriptions = new Set<string>();
  capabilities: ClientCapabilities = {};
  readonly #transport: SessionTransport;
  readonly #outlet: SessionOutlet;
  readonly #upstream: Upstream;
  readonly #calls = new Map<JsonRpcId, Call>();
  readonly #questions = new Map<JsonRpcId, (outcome: Outcome) => void>();
  #logLevel = lowestLogLevel;
  #nextQuestion = 0;

  constructor(session: OpenedSession, upstream: Upstream) {
    const { transport } = session;
    this.#transport = transport;
    this.#outlet = new SessionOutlet(session, ({ id }) =>
      this.#questions.get(id)?.(failed(codes.methodNotFound, "The client reads nothing")),
    );
    this.#upstream = upstream;
    const leave = upstream.enter(this);
    transport.onmessage = (message) => this.#receive(message as JsonRpcMessage); // SDK-parsed
    transport.onclose = () => {
      leave();
      this.#end();
    };
  }

  notify(notification: JsonRpcNotification): void {
    this.#tell(notification, undefined);
  }

  ask(request: JsonRpcRequest, signal: AbortSignal, callId?: JsonRpcId): Promise<Outcome> {
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
        this.#tell({ jsonrpc: "2.0", method: "notifications/cancelled", params }, callId);
        settle(gone("Cancelled"));
      };
      signal.addEventListener("abort", takeBack);
      this.#questions.set(id, settle);
      this.#outlet.send({ ...request, id }, callId);
    });
  }

  #receive(message: JsonRpcMessage): void {
    if (isRequest(message)) {
      void this.#answer(message).then((outcome) =>
        // A client that left needs no answer. The cast: as in the outlet.
        this.#transport
          .send({ jsonrpc: "2.0", id: message.id, ...outcome } as never)
          .catch(() => {}),
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
        if (request.method === "resources/subscribe" && outcome.error === undefined) {
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
      this.capabilities = (request.params?.capabilities ?? {}) as ClientCapabilities; // SDK-parsed
      const protocolVersion = SUPPORTED_PROTOCOL_VERSIONS.includes(asked)
        ? asked
        : newestLegacyVersion;
      return { result: { ...description, protocolVersion } };
    } catch (error) {
      return gone(error instanceof Error ? error.message : String(error));
    }
  }

  async #setLogLevel(request: JsonRpcRequest): Promise<Outcome> {
    const { capabilities } = await this.#upstream.initialize();
    if (capabilities.logging === undefined) return failed(codes.methodNotFound, "Method not found");
    this.#logLevel = String(request.params?.level);
    return { result: {} };
  }

  async #unsubscribe(request: JsonRpcRequest): Promise<Outcome> {
    const uri = String(request.params?.uri);
    this.subscriptions.delete(uri);
    const isStillWanted = this.#upstream.subscribers.subscribedUris().has(uri);
    return isStillWanted ? { result: {} } : this.#forward(request);
  }

  async #forward(request: JsonRpcRequest): Promise<Outcome> {
    const caller: Caller = {
      client: this,
      capabilities: this.capabilities,
      notify: (notification) => this.#tell(notification, request.id),
      ask: (question, signal) => this.ask(question, signal, request.id),
    };
    const call = this.#upstream.call(request.method, request.params, caller);
    this.#calls.set(request.id, call);
    this.#outlet.began(request.id);
    try {
      return await call.outcome;
    } finally {
      this.#calls.delete(request.id);
      this.#outlet.ended(request.id);
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
    } else if (method === "notifications/initialized") {
      this.#upstream.lookAtRoots();
    } else if (method === "notifications/roots/list_changed" && this.#upstream.isOnly(this)) {
      this.#upstream.notify(method, params);
    }
  }

  #tell(notification: JsonRpcNotification, callId: JsonRpcId | undefined): void {
    const isLog = notification.method === "notifications/message";
    if (!isLog || isLogged(notification.params?.level, this.#logLevel))
      this.#outlet.send(notification, callId);
  }

  #end(): void {
    for (const call of this.#calls.values()) call.cancel("The client session ended");
    for (const settle of [...this.#questions.values()]) {
      settle(gone("The client session ended"));
    }
    for (const uri of this.subscriptions) {
      this.subscriptions.delete(uri);
      if (!this.#upstream.subscribers.subscribedUris().has(uri)) {
        void this.#upstream.request("resources/unsubscribe", { uri });
      }
    }
  }
}
