import { Agent, type IncomingMessage, request as plainRequest } from "node:http";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";
import type { TokenSource } from "./token-file.js";

/** The hub was not reached: nothing was sent, so nothing can have run. */
export class NotReached extends Error {}

/** The connection broke after the request went out: it may have run. */
export class ConnectionLost extends Error {}

/** A connection that takes longer is not reached: the system itself would wait for minutes. In milliseconds. */
const mostConnectMs = 5_000;

export type HubRequest = {
  readonly method: "POST" | "GET" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether it does no harm twice: then a connection that was closed while idle is no reason to give up. */
  readonly isRepeatable: boolean;
  readonly signal: AbortSignal;
  /** Told that a connection is there, so that the request goes out. */
  readonly onSent?: () => void;
};

/**
 * Requests to one endpoint of a hub, over connections that are kept. No redirect is followed, so the token
 * goes nowhere else, and no proxy is used. A silent answer is no failure: some calls take their time.
 */
export class HubHttp {
  readonly url: URL;
  readonly #token: TokenSource;
  readonly #isTls: boolean;
  readonly #agent: Agent | TlsAgent;
  readonly #connectMs: number;

  /** `connectMs`: how long one connection may take, in milliseconds. */
  constructor(url: URL, token: TokenSource, connectMs = mostConnectMs) {
    this.#connectMs = connectMs;
    this.url = url;
    this.#token = token;
    this.#isTls = url.protocol === "https:";
    this.#agent = this.#isTls ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  }

  /** Resolves with the head of the answer. Rejects with `NoToken`, `NotReached` or `ConnectionLost`. */
  send({
    method,
    headers,
    body,
    isRepeatable,
    signal,
    onSent = () => {},
  }: HubRequest): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const token = this.#token();
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
      const send = this.#isTls ? tlsRequest : plainRequest;
      const request = send(this.url, {
        method,
        agent: this.#agent,
        signal,
        headers: { ...headers, ...authorization, ...length },
      });
      let isConnected = false;
      let timer: NodeJS.Timeout | undefined;
      request.once("socket", (socket) => {
        const connected = () => {
          clearTimeout(timer);
          isConnected = true;
          onSent();
        };
        const tooLate = () => request.destroy(new Error("no connection came about in time"));
        if (socket.connecting) timer = setTimeout(tooLate, this.#connectMs);
        if (!socket.connecting) connected();
        else socket.once(this.#isTls ? "secureConnect" : "connect", connected);
      });
      request.once("response", resolve);
      request.once("error", (error) => {
        clearTimeout(timer);
        const wasIdle = request.reusedSocket && isRepeatable;
        const Failure = !isConnected || wasIdle ? NotReached : ConnectionLost;
        reject(new Failure(reasonOf(error), { cause: error }));
      });
      request.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ENOTFOUND: "its name is not known",
  EAI_AGAIN: "its name could not be looked up",
  EHOSTUNREACH: "there is no way to its address",
  ENETUNREACH: "there is no way to its network",
  ETIMEDOUT: "it did not answer in time",
  ECONNRESET: "the connection was reset",
};

/** A failure of a connection in words. */
export function reasonOf(error: Error): string {
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  if (code !== undefined) return reasons[code] ?? `${error.message || code}`;
  return error.message;
}
