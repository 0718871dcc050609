import {
  type ClientCapabilities,
  codes,
  type JsonRpcId,
  type JsonRpcRequest,
  type Outcome,
} from "@hub/mcp";
import {
  failed,
  gone,
  isNotification,
  isRequest,
  type JsonRpcMessage,
  outcomeOf,
} from "./json-rpc.js";
import type { OpenedSession, SessionTransport } from "./legacy-sessions.js";
import type { Link } from "./link.js";
import { SessionOutlet } from "./session-outlet.js";

/** A server for one session, and what ends it. */
export interface OwnServer {
  readonly link: Link;
  /** Whether somebody initialized it before: it may refuse to be told of the client. */
  readonly isGreeted: boolean;
  end(): Promise<unknown>;
}

export interface OwnSessionOptions {
  /** Rejects with a sentence for the client. */
  open(): Promise<OwnServer>;
  /**
   * Opens another server in place of one that was initialized and cannot be initialized again. Rejects as
   * `open` does.
   */
  openFresh(): Promise<OwnServer>;
  /** How long a server may take to answer `initialize`, in milliseconds. */
  readonly handshakeMs: number;
  /** The same for one that answered before. */
  readonly greetAgainMs: number;
}

/**
 * A client session of the 2025 revision with a server that nobody else uses. What either side says
 * reaches the other as it is, the handshake with the client's own name and capabilities included.
 * The session ends with its server, and the server with its session.
 */
export class OwnSession {
  readonly #options: OwnSessionOptions;
  readonly #transport: SessionTransport;
  readonly #outlet: SessionOutlet;
  /** The client's calls under way, with their progress tokens. */
  readonly #calls = new Map<JsonRpcId, unknown>();
  #server: OwnServer | undefined;
  #isReady = false;
  #capabilities: ClientCapabilities = {};
  #isClosed = false;

  constructor(session: OpenedSession, options: OwnSessionOptions) {
    this.#options = options;
    this.#transport = session.transport;
    this.#outlet = new SessionOutlet(session, (request) => this.#refuse(request));
    this.#transport.onmessage = (message) => this.#receive(message as JsonRpcMessage); // SDK-parsed
    this.#transport.onclose = () => {
      this.#isClosed = true;
      void this.#server?.end();
    };
  }

  #receive(message: JsonRpcMessage): void {
    if (isRequest(message) && message.method === "initialize") {
      void this.#initialize(message);
      return;
    }
    const link = this.#server?.link;
    if (link === undefined || !this.#isReady) {
      if (isRequest(message)) this.#answer(message.id, gone("Not initialized yet"));
      return;
    }
    if (isRequest(message)) {
      this.#calls.set(message.id, message.params?._meta?.progressToken);
      link.send(message, this.#capabilities);
      this.#outlet.began(message.id);
      return;
    }
    link.send(message);
    if (isNotification(message) && message.method === "notifications/cancelled") {
      const id = message.params?.requestId as JsonRpcId; // per protocol
      if (this.#calls.has(id)) this.#answer(id, gone("Cancelled"));
    }
  }

  async #initialize(request: JsonRpcRequest): Promise<void> {
    this.#capabilities = (request.params?.capabilities ?? {}) as ClientCapabilities; // SDK-parsed
    let outcome: Outcome;
    try {
      outcome = await this.#greet(await this.#options.open(), request);
    } catch (error) {
      outcome = gone(error instanceof Error ? error.message : String(error));
    }
    this.#answer(request.id, outcome);
    if (outcome.error !== undefined) await this.#transport.close();
  }

  async #greet(server: OwnServer, request: JsonRpcRequest): Promise<Outcome> {
    this.#server = server;
    if (this.#isClosed) void server.end();
    const { handshakeMs, greetAgainMs } = this.#options;
    const withinMs = server.isGreeted ? greetAgainMs : handshakeMs;
    const outcome = await this.#handshake(server, request, withinMs);
    if (outcome.error === undefined) {
      this.#isReady = true;
      server.link.onClose = (reason) => void this.#serverEnded(reason);
      return outcome;
    }
    void server.end();
    if (!server.isGreeted || this.#isClosed) return outcome;
    return this.#greet(await this.#options.openFresh(), request);
  }

  #handshake({ link }: OwnServer, request: JsonRpcRequest, withinMs: number): Promise<Outcome> {
    return new Promise((resolve) => {
      const give = (outcome: Outcome) => {
        clearTimeout(timer);
        resolve(outcome);
      };
      const timer = setTimeout(
        () => give(gone(`The server did not answer initialize in ${withinMs / 1_000} s`)),
        withinMs,
      );
      link.onClose = (reason) => give(gone(`The MCP server stopped: ${reason}`));
      link.onMessage = (message, causeId) => {
        if (!("method" in message) && message.id === request.id) give(outcomeOf(message));
        else this.#fromServer(link, message, causeId);
      };
      link.send(request, this.#capabilities);
    });
  }

  #fromServer(link: Link, message: JsonRpcMessage, causeId: JsonRpcId | undefined): void {
    if (isRequest(message) && message.method === "ping") {
      link.send({ jsonrpc: "2.0", id: message.id, result: {} });
    } else if ("method" in message) {
      this.#outlet.send(message, causeId ?? this.#callOfToken(message.params?.progressToken));
    } else if (this.#calls.has(message.id)) {
      this.#answer(message.id, outcomeOf(message));
    }
  }

  #callOfToken(token: unknown): JsonRpcId | undefined {
    if (token === undefined) return undefined;
    return [...this.#calls].find(([, known]) => known === token)?.[0];
  }

  #answer(id: JsonRpcId, outcome: Outcome): void {
    this.#calls.delete(id);
    this.#outlet.ended(id);
    // A client that left needs no answer. The cast: the transports of SDK v1 and v2 name the same
    // messages differently.
    this.#transport.send({ jsonrpc: "2.0", id, ...outcome } as never).catch(() => {});
  }

  #refuse({ id }: JsonRpcRequest): void {
    const outcome = failed(
      codes.methodNotFound,
      "The client has no open stream on which it could be asked",
    );
    this.#server?.link.send({ jsonrpc: "2.0", id, ...outcome });
  }

  async #serverEnded(reason: string): Promise<void> {
    for (const id of [...this.#calls.keys()]) {
      this.#answer(id, gone(`The MCP server stopped during this call: ${reason}`));
    }
    await this.#transport.close();
  }
}
