import { Audience } from "./audience.js";
import {
  failed,
  isNotification,
  isRequest,
  type JsonRpcId,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcParams,
  type JsonRpcRequest,
  methodNotFound,
  type Outcome,
  outcomeOf,
  serverGone,
} from "./json-rpc.js";
import type { Link } from "./link.js";

/** What a client may declare; only the names at the top matter here. */
export type ClientCapabilities = Readonly<Record<string, unknown>>;

/** Who waits for a call: notifications and questions of the server in its course come here. */
export interface Caller {
  notify(notification: JsonRpcNotification): void;
  /** Whether the client behind this call can answer such a request. */
  canAnswer(method: string): boolean;
  /** Hands a request of the server to the client. `signal` fires when the server takes it back. */
  ask(request: JsonRpcRequest, signal: AbortSignal): Promise<Outcome>;
}

/** A call in flight. */
export interface Call {
  readonly outcome: Promise<Outcome>;
  /** Tells the server that nobody waits any more. The outcome may still arrive, or never. */
  cancel(reason?: string): void;
}

/** What a server answered to `initialize`. */
export interface ServerDescription {
  readonly protocolVersion: string;
  readonly capabilities: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
  readonly serverInfo: { readonly name: string; readonly version: string; readonly title?: string };
  readonly instructions?: string;
}

export interface UpstreamOptions {
  open(): Promise<Link>;
  readonly clientCapabilities: ClientCapabilities;
  /** How long the first answer may take, in milliseconds. */
  readonly handshakeMs: number;
  /** Open again by itself when the link ends. Default false. */
  readonly isSupervised?: boolean;
}

/** Requests in whose course a server may ask or log; lists and the like only answer. */
const working = new Set(["tools/call", "prompts/get", "resources/read"]);

interface PendingCall {
  readonly isWork: boolean;
  readonly caller: Caller;
  readonly progressToken: JsonRpcId | undefined;
  settle(outcome: Outcome): void;
}

const nobody: Caller = {
  notify() {},
  canAnswer: () => false,
  ask: async () => failed(methodNotFound, "Nobody can answer"),
};

/**
 * One server connection that many clients use at once. Request ids and progress tokens are ours
 * towards the server and are mapped back; everything else passes as it is.
 */
export class Upstream {
  /** The sessions that hear what belongs to no single call. */
  readonly audience = new Audience();
  readonly #options: UpstreamOptions;
  readonly #calls = new Map<JsonRpcId, PendingCall>();
  readonly #questions = new Map<JsonRpcId, AbortController>();
  #link: Link | undefined;
  #opening: Promise<ServerDescription> | undefined;
  #nextId = 0;
  #isClosed = false;

  constructor(options: UpstreamOptions) {
    this.#options = options;
  }

  /** Connects if needed. Rejects when the server cannot be started or does not answer in time. */
  initialize(): Promise<ServerDescription> {
    if (this.#isClosed) return Promise.reject(new Error("The server is closed"));
    if (this.#opening !== undefined) return this.#opening;
    const opening = this.#open().catch((error: unknown) => {
      if (this.#opening === opening) this.#opening = undefined;
      throw error;
    });
    this.#opening = opening;
    return opening;
  }

  call(method: string, params: JsonRpcParams | undefined, caller: Caller): Call {
    const id = this.#newId();
    let isCancelled = false;
    const outcome = this.initialize().then(
      () =>
        isCancelled ? failed(serverGone, "Cancelled") : this.#send(id, method, params, caller),
      (error: unknown) => failed(serverGone, `The MCP server cannot be reached: ${textOf(error)}`),
    );
    return {
      outcome,
      cancel: (reason) => {
        isCancelled = true;
        const pending = this.#calls.get(id);
        if (pending === undefined) return;
        this.notify("notifications/cancelled", {
          requestId: id,
          ...(reason === undefined ? {} : { reason }),
        });
        pending.settle(failed(serverGone, "Cancelled"));
      },
    };
  }

  /** A request for ourselves, with no client behind it. */
  request(method: string, params?: JsonRpcParams): Promise<Outcome> {
    return this.call(method, params, nobody).outcome;
  }

  notify(method: string, params?: JsonRpcParams): void {
    this.#link?.send({ jsonrpc: "2.0", method, ...(params === undefined ? {} : { params }) });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const link = this.#link;
    this.#ended(link, "it was closed");
    await link?.close();
  }

  #newId(): number {
    this.#nextId += 1;
    return this.#nextId;
  }

  async #open(): Promise<ServerDescription> {
    const link = await this.#options.open();
    if (this.#isClosed) {
      await link.close();
      throw new Error("The server is closed");
    }
    this.#link = link;
    link.onMessage = (message, causeId) => this.#receive(message, causeId);
    link.onClose = (reason) => this.#ended(link, reason);
    const description = await this.#handshake(link);
    link.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    if (description.capabilities.logging !== undefined) {
      // Everything comes up to us; each session's own level is applied on the way to it.
      void this.#send(this.#newId(), "logging/setLevel", { level: "debug" }, nobody);
    }
    for (const uri of this.audience.subscribedUris()) {
      void this.#send(this.#newId(), "resources/subscribe", { uri }, nobody);
    }
    return description;
  }

  async #handshake(link: Link): Promise<ServerDescription> {
    const { clientCapabilities, handshakeMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<Outcome>((resolve) => {
      timer = setTimeout(
        () => resolve(failed(serverGone, `no answer to initialize within ${handshakeMs} ms`)),
        handshakeMs,
      );
    });
    const params = {
      protocolVersion: "2025-11-25",
      capabilities: clientCapabilities,
      clientInfo: { name: "hub-register", version: "1" },
    };
    const outcome = await Promise.race([
      this.#send(this.#newId(), "initialize", params, nobody),
      tooLate,
    ]);
    clearTimeout(timer);
    if ("error" in outcome) {
      await link.close();
      throw new Error(`The MCP server did not initialize: ${outcome.error.message}`);
    }
    return outcome.result as unknown as ServerDescription; // the server's word; fields are optional-checked where used
  }

  #send(
    id: JsonRpcId,
    method: string,
    params: JsonRpcParams | undefined,
    caller: Caller,
  ): Promise<Outcome> {
    return new Promise((resolve) => {
      const link = this.#link;
      if (link === undefined) {
        resolve(
          failed(serverGone, "The MCP server is not running. It is being restarted; try again"),
        );
        return;
      }
      const progressToken = params?._meta?.progressToken as JsonRpcId | undefined; // per protocol
      this.#calls.set(id, {
        isWork: working.has(method),
        caller,
        progressToken,
        settle: (outcome) => {
          this.#calls.delete(id);
          resolve(outcome);
        },
      });
      const mapped =
        progressToken === undefined
          ? params
          : { ...params, _meta: { ...params?._meta, progressToken: id } };
      link.send({
        jsonrpc: "2.0",
        id,
        method,
        ...(mapped === undefined ? {} : { params: mapped }),
      });
    });
  }

  #receive(message: JsonRpcMessage, causeId: JsonRpcId | undefined): void {
    if (isRequest(message)) void this.#answer(message, causeId);
    else if (isNotification(message)) this.#route(message, causeId);
    else this.#calls.get(message.id)?.settle(outcomeOf(message));
  }

  #route(notification: JsonRpcNotification, causeId: JsonRpcId | undefined): void {
    const { method, params } = notification;
    if (method === "notifications/cancelled") {
      this.#questions.get(params?.requestId as JsonRpcId)?.abort(); // per protocol
    } else if (method === "notifications/progress") {
      const call = this.#calls.get(params?.progressToken as JsonRpcId); // per protocol
      if (call?.progressToken === undefined) return;
      call.caller.notify({
        ...notification,
        params: { ...params, progressToken: call.progressToken },
      });
    } else if (method === "notifications/message") {
      const call = this.#callFor(causeId);
      if (call === undefined) this.audience.hear(notification);
      else call.caller.notify(notification);
    } else {
      this.audience.hear(notification);
    }
  }

  async #answer(request: JsonRpcRequest, causeId: JsonRpcId | undefined): Promise<void> {
    const reply = (outcome: Outcome) =>
      this.#link?.send({ jsonrpc: "2.0", id: request.id, ...outcome });
    if (request.method === "ping") {
      reply({ result: {} });
      return;
    }
    const listener =
      this.#callFor(causeId)?.caller ??
      this.#latestCallerFor(request.method) ??
      this.audience.whoCanAnswer(request.method);
    if (listener === undefined || !listener.canAnswer(request.method)) {
      reply(failed(methodNotFound, `The client does not support ${request.method}`));
      return;
    }
    const controller = new AbortController();
    this.#questions.set(request.id, controller);
    try {
      reply(await listener.ask(request, controller.signal));
    } finally {
      this.#questions.delete(request.id);
    }
  }

  /** The call a message belongs to: the one the link names, else the only one there is. */
  #callFor(causeId: JsonRpcId | undefined): PendingCall | undefined {
    if (causeId !== undefined) return this.#calls.get(causeId);
    const calls = [...this.#calls.values()].filter(
      ({ caller, isWork }) => isWork && caller !== nobody,
    );
    return calls.length === 1 ? calls[0] : undefined;
  }

  /** Over stdio a question names no call; the youngest one that can answer is the best guess. */
  #latestCallerFor(method: string): Caller | undefined {
    return [...this.#calls.values()]
      .reverse()
      .find(({ caller, isWork }) => isWork && caller.canAnswer(method))?.caller;
  }

  #ended(link: Link | undefined, reason: string): void {
    if (link !== undefined && link !== this.#link) return;
    this.#link = undefined;
    this.#opening = undefined;
    for (const question of this.#questions.values()) question.abort();
    for (const call of [...this.#calls.values()]) {
      call.settle(failed(serverGone, `The MCP server stopped during this call: ${reason}`));
    }
    if (this.#isClosed || this.#options.isSupervised !== true) return;
    this.initialize().then(
      () => this.audience.hearThatAllChanged(),
      () => {}, // the next call asks again and reports why
    );
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
