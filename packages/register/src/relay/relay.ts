import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { gatewayErrors } from "@hub/mcp";
import { createGuard } from "../serve/guard.js";
import type { NodeListener } from "../serve/node-listener.js";
import { callUpstream, plainBody, UpstreamFailed } from "./call-upstream.js";
import { RedactBytes } from "./redact-bytes.js";
import { SseEndpoint } from "./sse-endpoint.js";

/** The server behind a relay. */
export interface RelayTarget {
  readonly url: string;
  /** Sent with each request, to the origin of `url` alone. */
  readonly headers: Readonly<Record<string, string>>;
  /** Taken out of what the server answers. */
  readonly secrets: readonly string[];
  readonly transport: "streamable-http" | "sse";
  /** Whether it listens where only this machine can call. */
  readonly isLoopbackOnly: boolean;
  /** Called with each answer: `undefined`, or a sentence without a full stop on what is wrong. */
  onOutcome(trouble: string | undefined): void;
}

const path = "/mcp";
const messagePath = `${path}/messages/`;
const mostBodyBytes = 16 * 1024 * 1024;
/** What is shorter could stand in any text of a good answer. */
const fewestCharactersInResults = 12;

/** Headers of a client that are for the server. All others are about the hop, or a secret of another. */
const crossing =
  /^(accept|content-type|last-event-id|traceparent|tracestate|baggage|mcp-(?!hub-).*)$/;
/** Headers of the server that are for the client. */
const returning = /^(content-type|cache-control|retry-after|allow|mcp-.*)$/;

/**
 * A server of ours in front of one whose URL or headers hold secrets: it adds them to each request, and
 * takes them out of each answer. Messages, sessions and streams of every revision cross as they are.
 */
export class Relay {
  readonly node: NodeListener;
  readonly #target: RelayTarget;
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #guard: (request: Request) => Response | undefined;
  readonly #stop = new AbortController();
  /** Where the messages of open HTTP+SSE streams go. */
  readonly #messages = new Map<string, URL>();
  #streams = 0;

  constructor(target: RelayTarget) {
    this.#target = target;
    const url = new URL(target.url);
    this.#headers = { ...authorizationOf(url), ...lowerCased(target.headers) };
    url.username = "";
    url.password = "";
    url.hash = "";
    this.#url = url;
    this.#guard = createGuard({ isLoopbackOnly: target.isLoopbackOnly, allowedHosts: [] });
    this.node = (request, response) => {
      // Nothing else calls a `node:http` listener.
      void this.#answer(request as IncomingMessage, response as ServerResponse);
    };
  }

  /** Ends the requests that are under way. */
  close(): void {
    this.#stop.abort();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    let body: Buffer | undefined;
    try {
      const to = this.#targetOf(request, response);
      if (to === undefined) return;
      body = await bodyOf(request, response);
      if (response.writableEnded) return;
      const answer = await callUpstream({
        method: request.method ?? "GET",
        url: to,
        headers: { ...this.#headers, ...crossingHeaders(request) },
        body,
        signal: AbortSignal.any([gone.signal, this.#stop.signal]),
      });
      await this.#pass(answer, request, response);
    } catch (error) {
      if (gone.signal.aborted || this.#stop.signal.aborted) response.destroy();
      else this.#fail(error, response, body);
    }
  }

  /** Where a request goes; answers those that go nowhere. */
  #targetOf(request: IncomingMessage, response: ServerResponse): URL | undefined {
    const { host = "localhost", origin } = request.headers;
    const asked = URL.canParse(`http://${host}/`) ? `http://${host}/` : "http://invalid.invalid/";
    const headers = { host, ...(origin === undefined ? {} : { origin }) };
    const refusal = this.#guard(new Request(asked, { headers }));
    if (refusal !== undefined) {
      response.writeHead(refusal.status).end();
      return undefined;
    }
    const [where = ""] = (request.url ?? "").split("?");
    const to = where === path ? this.#url : this.#messages.get(where);
    const isKnown = ["GET", "POST", "DELETE"].includes(request.method ?? "");
    if (to === undefined) response.writeHead(404).end();
    else if (!isKnown) response.writeHead(405, { allow: "GET, POST, DELETE" }).end();
    return isKnown ? to : undefined;
  }

  async #pass(
    answer: IncomingMessage,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const status = answer.statusCode ?? 502;
    this.#target.onOutcome(troubleOf(status));
    const isGood = status < 300;
    response.writeHead(status, returningHeaders(answer));
    response.flushHeaders();
    const { secrets } = this.#target;
    const redact = new RedactBytes(
      isGood ? secrets.filter(({ length }) => length >= fewestCharactersInResults) : secrets,
    );
    const isStream = answer.headers["content-type"]?.startsWith("text/event-stream") === true;
    const namesEndpoint =
      this.#target.transport === "sse" && request.method === "GET" && isStream && isGood;
    if (!namesEndpoint) return pipeline(plainBody(answer), redact, response);
    this.#streams += 1;
    const own = `${messagePath}${this.#streams}`;
    const rename = new SseEndpoint((address) => {
      const url = URL.canParse(address, this.#url.href) ? new URL(address, this.#url) : undefined;
      if (url?.origin !== this.#url.origin)
        throw new UpstreamFailed("it wants messages at another origin");
      this.#messages.set(own, url);
      return own;
    });
    try {
      await pipeline(plainBody(answer), rename, redact, response);
    } finally {
      this.#messages.delete(own);
    }
  }

  #fail(error: unknown, response: ServerResponse, body: Buffer | undefined): void {
    const isExpected = error instanceof UpstreamFailed;
    const mayHaveRun = !isExpected || error.mayHaveRun;
    if (isExpected)
      this.#target.onOutcome(
        `${mayHaveRun ? "its connection broke" : "it is not reached"}: ${error.message}`,
      );
    // What has begun cannot become an error any more; that it broke off must show.
    if (response.headersSent) return void response.destroy();
    const message = mayHaveRun
      ? `The connection to the server behind this relay broke (${isExpected ? error.message : "in the relay"}). The call may have run`
      : `The server behind this relay was not reached: ${error.message}. The call did not run`;
    const code = mayHaveRun ? gatewayErrors.CONNECTION_LOST : gatewayErrors.SERVER_UNAVAILABLE;
    const failure = { jsonrpc: "2.0", id: idOf(body), error: { code, message } };
    response.writeHead(502, { "content-type": "application/json" }).end(JSON.stringify(failure));
  }
}

function authorizationOf({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === "" && password === "") return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

function crossingHeaders({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value !== undefined && crossing.test(name) ? [[name, String(value)]] : [],
    ),
  );
}

function returningHeaders({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value !== undefined && returning.test(name) ? [[name, String(value)]] : [],
    ),
  );
}

/** The body of a request, `undefined` for one without; answers what is too long. */
async function bodyOf(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Buffer | undefined> {
  if (request.method !== "POST") return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBodyBytes) {
      response.writeHead(413, { connection: "close" }).end();
      return undefined;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function idOf(body: Buffer | undefined): unknown {
  try {
    const message: unknown = JSON.parse(body?.toString("utf8") ?? "null");
    const id = (message as { id?: unknown } | null)?.id; // checked next
    return typeof id === "string" || typeof id === "number" ? id : null;
  } catch {
    return null;
  }
}

function troubleOf(status: number): string | undefined {
  if (status === 401 || status === 403)
    return `it answers HTTP ${status}: check its headers in the file`;
  return status >= 500 ? `it answers HTTP ${status}` : undefined;
}
