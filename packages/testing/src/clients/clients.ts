import {
  legacyVersion,
  type Message,
  metaKey,
  modernVersion,
  type Params,
  type Payload,
} from "../messages.js";
import { closeLater } from "../wait.js";
import { Exchange } from "./exchange.js";

const postHeaders = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
};

const bearer = (token: string | undefined) =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

let lastId = 0;
const nextId = () => {
  lastId += 1;
  return lastId;
};

/** A client of 2026-07-28, written by hand. */
export class ModernClient {
  readonly #url: string;
  readonly #name: string;
  readonly #capabilities: Payload;
  readonly #localAddress: string | undefined;
  readonly #token: string | undefined;

  constructor(
    hubUrl: string,
    options: {
      readonly path?: string;
      readonly token?: string | undefined;
      readonly name?: string;
      readonly capabilities?: Payload;
      readonly localAddress?: string | undefined;
    } = {},
  ) {
    this.#url = `${hubUrl}${options.path ?? "/mcp"}`;
    this.#name = options.name ?? "modern-client";
    this.#capabilities = options.capabilities ?? {};
    this.#localAddress = options.localAddress;
    this.#token = options.token;
  }

  send(method: string, params: Params = {}, headers: Readonly<Record<string, string>> = {}) {
    const id = nextId();
    const named = params.name ?? params.uri;
    const body = {
      jsonrpc: "2.0",
      id,
      method,
      params: {
        ...params,
        _meta: {
          [metaKey("protocolVersion")]: modernVersion,
          [metaKey("clientCapabilities")]: this.#capabilities,
          [metaKey("clientInfo")]: { name: this.#name, version: "1" },
          ...params._meta,
        },
      },
    };
    return new Exchange(this.#url, {
      headers: {
        ...postHeaders,
        ...bearer(this.#token),
        "mcp-protocol-version": modernVersion,
        "mcp-method": method,
        ...(typeof named === "string" && method !== "completion/complete"
          ? { "mcp-name": named }
          : {}),
        ...headers,
      },
      body: JSON.stringify(body),
      localAddress: this.#localAddress,
    });
  }

  async ask(method: string, params: Params = {}): Promise<Message> {
    return (await this.send(method, params).done).response;
  }

  call(name: string, given: Payload = {}, more: Params = {}): Exchange {
    return this.send("tools/call", { name, arguments: given, ...more });
  }

  /** `subscriptions/listen`; resolves when it is acknowledged. */
  async listen(notifications: Payload): Promise<Exchange> {
    const stream = this.send("subscriptions/listen", { notifications });
    closeLater(() => stream.close());
    await stream.opened;
    return stream;
  }
}

export type LegacyOptions = {
  readonly path?: string;
  readonly token?: string | undefined;
  readonly name?: string;
  readonly capabilities?: Payload;
  /** The address it calls from: on Linux every one in 127.0.0.0/8 is this machine. */
  readonly localAddress?: string | undefined;
  /** Answers what the client is asked; undefined leaves it unanswered. */
  readonly onAsked?: ((question: Message) => Payload | undefined) | undefined;
};

/** A client of 2025-11-25 with a session, written by hand. */
export class LegacyClient {
  readonly sessionId: string;
  readonly initialized: Payload;
  readonly #url: string;
  readonly #onAsked: LegacyOptions["onAsked"];
  readonly #localAddress: string | undefined;
  readonly #token: string | undefined;

  private constructor(
    url: string,
    sessionId: string,
    initialized: Payload,
    options: LegacyOptions,
  ) {
    this.#url = url;
    this.sessionId = sessionId;
    this.initialized = initialized;
    this.#onAsked = options.onAsked;
    this.#localAddress = options.localAddress;
    this.#token = options.token;
  }

  /** `initialize` alone, which may be refused. */
  static tryOpen(hubUrl: string, options: LegacyOptions = {}): Exchange {
    const url = `${hubUrl}${options.path ?? "/mcp"}`;
    const body = {
      jsonrpc: "2.0",
      id: nextId(),
      method: "initialize",
      params: {
        protocolVersion: legacyVersion,
        capabilities: options.capabilities ?? {},
        clientInfo: { name: options.name ?? "legacy-client", version: "1" },
      },
    };
    const { localAddress, token } = options;
    const headers = { ...postHeaders, ...bearer(token) };
    return new Exchange(url, { headers, body: JSON.stringify(body), localAddress });
  }

  static async open(hubUrl: string, options: LegacyOptions = {}): Promise<LegacyClient> {
    const url = `${hubUrl}${options.path ?? "/mcp"}`;
    const { headers, response } = await LegacyClient.tryOpen(hubUrl, options).done;
    const sessionId = headers["mcp-session-id"];
    if (typeof sessionId !== "string") throw new Error(`no session: ${JSON.stringify(response)}`);
    const client = new LegacyClient(url, sessionId, response.result ?? {}, options);
    await client.notify("notifications/initialized");
    return client;
  }

  /** The same client in the same session, at another hub. */
  at(hubUrl: string, options: LegacyOptions = {}): LegacyClient {
    const url = `${hubUrl}${options.path ?? "/mcp"}`;
    return new LegacyClient(url, this.sessionId, this.initialized, {
      token: this.#token,
      onAsked: this.#onAsked,
      localAddress: this.#localAddress,
      ...options,
    });
  }

  send(method: string, params: Params = {}): Exchange {
    return this.#post({ jsonrpc: "2.0", id: nextId(), method, params });
  }

  async ask(method: string, params: Params = {}): Promise<Message> {
    return (await this.send(method, params).done).response;
  }

  /** A call under an id of the client's choice. */
  call(name: string, given: Payload = {}, more: { id?: number; _meta?: Payload } = {}): Exchange {
    const { id = nextId(), _meta } = more;
    const params = { name, arguments: given, ...(_meta === undefined ? {} : { _meta }) };
    return this.#post({ jsonrpc: "2.0", id, method: "tools/call", params });
  }

  async notify(method: string, params: Params = {}): Promise<number> {
    return (await this.#post({ jsonrpc: "2.0", method, params }).done).status;
  }

  /** Answers what the client was asked. */
  async answer(id: Message["id"], result: Payload): Promise<number> {
    return (await this.#post({ jsonrpc: "2.0", id, result }).done).status;
  }

  /** GET: the stream for what belongs to no call. */
  async listen(lastEventId?: string): Promise<Exchange> {
    const stream = new Exchange(this.#url, {
      method: "GET",
      headers: {
        ...this.#headers,
        accept: "text/event-stream",
        ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
      },
      onMessage: (message) => this.#answer(message),
      localAddress: this.#localAddress,
    });
    closeLater(() => stream.close());
    await stream.opened;
    return stream;
  }

  async end(): Promise<number> {
    const ended = new Exchange(this.#url, { method: "DELETE", headers: this.#headers });
    return (await ended.done).status;
  }

  get #headers() {
    return {
      ...postHeaders,
      ...bearer(this.#token),
      "mcp-session-id": this.sessionId,
      "mcp-protocol-version": legacyVersion,
    };
  }

  #post(message: object): Exchange {
    return new Exchange(this.#url, {
      headers: this.#headers,
      body: JSON.stringify(message),
      onMessage: (received) => this.#answer(received),
      localAddress: this.#localAddress,
    });
  }

  #answer(message: Message): void {
    if (message.method === undefined || message.id === undefined) return;
    const result = this.#onAsked?.(message);
    if (result !== undefined) this.#post({ jsonrpc: "2.0", id: message.id, result });
  }
}
