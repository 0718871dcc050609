import { randomUUID } from "node:crypto";
import { isJsonObject, type JsonObject } from "@hub/core/json";
import {
  type ClientCapabilities,
  gatewayErrors,
  type InputRequired,
  inputRequired,
  type JsonRpcId,
  type JsonRpcNotification,
  type JsonRpcRequest,
  legacyQuestion,
  lowestLogLevel,
  metaKeys,
  modernMeta,
  mostInputRounds,
  newestLegacyVersion,
  type Outcome,
  type Params,
} from "@hub/mcp";
import {
  failed,
  isNotification,
  isRequest,
  type JsonRpcMessage,
  outcomeOf,
} from "../wrap/json-rpc.js";
import type { Link } from "../wrap/link.js";

/** Speaks the 2025 revision to us and the stateless one of 2026-07-28 to the server behind `inner`. */
export function createModernLink(inner: Link): Link {
  const link = new ModernLink(inner);
  inner.onMessage = (message) => link.receive(message);
  inner.onClose = (reason) => link.onClose(reason);
  return link;
}

class ModernLink implements Link {
  onMessage: Link["onMessage"] = () => {};
  onClose: Link["onClose"] = () => {};
  readonly #inner: Link;
  /** Ids on the wire, which change with each retry, and what waits for their answers. */
  readonly #waiting = new Map<JsonRpcId, (outcome: Outcome) => void>();
  readonly #wireIds = new Map<JsonRpcId, JsonRpcId>();
  readonly #questions = new Map<JsonRpcId, (outcome: Outcome) => void>();
  readonly #subscribed = new Set<string>();
  #nextId = 0;
  #listenId: JsonRpcId | undefined;
  #clientInfo: unknown;
  #capabilities: ClientCapabilities = {};
  /** The lowest, until a client says what it wants. */
  #logLevel: unknown = lowestLogLevel;

  constructor(inner: Link) {
    this.#inner = inner;
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  send(message: JsonRpcMessage, client?: ClientCapabilities): void {
    if (isRequest(message)) {
      void this.#answer(message, client ?? this.#capabilities).then((outcome) =>
        this.onMessage({ jsonrpc: "2.0", id: message.id, ...outcome }, undefined),
      );
    } else if (isNotification(message)) {
      this.#pass(message);
    } else {
      this.#questions.get(message.id)?.(outcomeOf(message));
    }
  }

  receive(message: JsonRpcMessage): void {
    if (isNotification(message)) {
      if (message.method !== "notifications/subscriptions/acknowledged") {
        this.onMessage(message, undefined);
      }
    } else if (!isRequest(message)) {
      this.#waiting.get(message.id)?.(outcomeOf(message));
      this.#waiting.delete(message.id);
    }
  }

  async #answer(request: JsonRpcRequest, client: ClientCapabilities): Promise<Outcome> {
    const uri = String(request.params?.uri);
    switch (request.method) {
      case "initialize":
        this.#clientInfo = request.params?.clientInfo;
        this.#capabilities = client;
        return this.#discover();
      case "ping":
        return { result: {} };
      case "logging/setLevel":
        this.#logLevel = request.params?.level;
        return { result: {} };
      case "resources/subscribe":
        this.#subscribed.add(uri);
        this.#listen();
        return { result: {} };
      case "resources/unsubscribe":
        this.#subscribed.delete(uri);
        this.#listen();
        return { result: {} };
      default:
        return this.#call(request, client);
    }
  }

  async #discover(): Promise<Outcome> {
    const outcome = await this.#request("server/discover", {}, this.#capabilities);
    if (outcome.error !== undefined) return outcome;
    const { _meta: meta, capabilities = {}, instructions } = outcome.result;
    const named = isJsonObject(meta) ? meta[metaKeys.serverInfo] : undefined;
    const serverInfo = named ?? { name: "unnamed", version: "0" };
    return {
      result: {
        protocolVersion: newestLegacyVersion,
        capabilities,
        serverInfo,
        ...(instructions === undefined ? {} : { instructions }),
      },
    };
  }

  /** A result that asks for input becomes requests of the server, and their answers a retry. */
  async #call(request: JsonRpcRequest, client: ClientCapabilities): Promise<Outcome> {
    let params: Params = request.params ?? {};
    try {
      for (let round = 0; round < mostInputRounds; round += 1) {
        const outcome = await this.#request(request.method, params, client, request.id);
        const asked = inputRequired(outcome.result);
        if (asked === undefined) return outcome;
        const { inputRequests, requestState } = asked;
        const answers = await this.#askAll(inputRequests, request.id);
        if (answers.error !== undefined) return answers;
        params = {
          ...request.params,
          inputResponses: answers.result,
          ...(requestState === undefined ? {} : { requestState }),
        };
      }
      const text = `The server asked for more input ${mostInputRounds} times in one call`;
      return failed(gatewayErrors.ANSWER_INVALID, text);
    } finally {
      this.#wireIds.delete(request.id);
    }
  }

  async #askAll(
    inputRequests: InputRequired["inputRequests"],
    causeId: JsonRpcId,
  ): Promise<Outcome> {
    const answers = await Promise.all(
      Object.entries(inputRequests).map(
        async ([key, question]) => [key, await this.#ask(question, causeId)] as const,
      ),
    );
    const responses: Record<string, JsonObject> = Object.create(null);
    for (const [key, outcome] of answers) {
      if (outcome.error !== undefined) return outcome;
      responses[key] = outcome.result;
    }
    return { result: responses };
  }

  #ask(question: JsonObject, causeId: JsonRpcId): Promise<Outcome> {
    const id = this.#newId();
    return new Promise((resolve) => {
      this.#questions.set(id, (outcome) => {
        this.#questions.delete(id);
        resolve(outcome);
      });
      this.onMessage({ jsonrpc: "2.0", id, ...legacyQuestion(question, randomUUID) }, causeId);
    });
  }

  /** Everything goes with every request: the server keeps nothing of its client. */
  #request(
    method: string,
    params: Params,
    client: ClientCapabilities,
    causeId?: JsonRpcId,
  ): Promise<Outcome> {
    const id = this.#newId();
    if (causeId !== undefined) this.#wireIds.set(causeId, id);
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      const _meta = {
        ...params._meta,
        ...modernMeta<unknown>({
          clientCapabilities: client,
          clientInfo: this.#clientInfo,
          logLevel: this.#logLevel,
        }),
      };
      this.#inner.send({ jsonrpc: "2.0", id, method, params: { ...params, _meta } });
    });
  }

  #pass({ method, params }: JsonRpcNotification): void {
    if (method === "notifications/initialized") {
      this.#listen();
    } else if (method === "notifications/cancelled") {
      const requestId = this.#wireIds.get(params?.requestId as JsonRpcId); // per protocol
      if (requestId !== undefined) this.#cancel(requestId);
    }
  }

  #cancel(requestId: JsonRpcId): void {
    const params = { requestId };
    this.#inner.send({ jsonrpc: "2.0", method: "notifications/cancelled", params });
  }

  /** One subscription for all changes; a new one takes the place of the old. */
  #listen(): void {
    if (this.#listenId !== undefined) this.#cancel(this.#listenId);
    const notifications = {
      toolsListChanged: true,
      promptsListChanged: true,
      resourcesListChanged: true,
      resourceSubscriptions: [...this.#subscribed],
    };
    void this.#request("subscriptions/listen", { notifications }, this.#capabilities);
    this.#listenId = this.#nextId;
  }

  #newId(): number {
    this.#nextId += 1;
    return this.#nextId;
  }
}
