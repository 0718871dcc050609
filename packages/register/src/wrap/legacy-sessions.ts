import { randomUUID } from "node:crypto";
import { codes, type JsonRpcNotification } from "@hub/mcp";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/server";
import { afterBody } from "./after-body.js";
import { concernedBy } from "./subscribers.js";

export type SessionTransport = WebStandardStreamableHTTPServerTransport;

/** A new session, as its server sees it. */
export interface OpenedSession {
  readonly transport: SessionTransport;
  /** Whether the client holds the stream open for what belongs to no call. */
  readonly isListening: boolean;
  /** Called when that stream has opened. */
  onListening: () => void;
  /** For how long its client has asked nothing, in milliseconds; 0 while a call of it runs. */
  readonly silentMs: number;
}

export interface LegacySessionsOptions {
  /** Puts a server behind a new session. Rejecting answers the client with 500. */
  attach(session: OpenedSession): Promise<void>;
  /** A session with no request and no open stream for this long is dropped, in milliseconds. */
  readonly idleMs: number;
  /**
   * At this many, a new one gets the place of one never used since its handshake, else of one silent for
   * `idleMs`, the one silent for longest first; it is refused when there is none.
   */
  readonly maxSessions: number;
  /** Milliseconds that never jump. Default: those of this process. */
  readonly now?: () => number;
}

interface Session {
  readonly transport: SessionTransport;
  /** Resources its client subscribed to, as far as the requests tell. */
  readonly subscriptions: Set<string>;
  isListening: boolean;
  onListening: () => void;
  openStreams: number;
  lastUsedAt: number;
  /** Requests that are not answered yet, but for the stream that stays open. */
  running: number;
  lastAskedAt: number;
  /** Whether it asked anything after its handshake. */
  isUsed: boolean;
  readonly silentMs: number;
}

/** When a client that was refused a session may try again. */
const retryAfterSeconds = 10;

/** Of one session; an update of any further one is not announced to it. */
const mostSubscriptions = 1_000;

/** Streamable HTTP of the 2025 revisions: initialize, sessions, the GET stream, DELETE. */
export class LegacySessions {
  readonly #options: LegacySessionsOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #sweeper: NodeJS.Timeout;
  /** Sessions that are not known by an id yet. */
  #opening = 0;

  constructor(options: LegacySessionsOptions) {
    this.#options = options;
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(options.idleMs, 60_000) / 2);
    this.#sweeper.unref();
  }

  get size(): number {
    return this.#sessions.size;
  }

  async handle(request: Request, parsedBody: unknown): Promise<Response> {
    const id = request.headers.get("mcp-session-id");
    if (id === null) {
      // No stream is to be had here without a session; that is no fault of the request.
      if (request.method === "GET" || request.method === "DELETE") return notHere(request.method);
      if (!startsSession(request, parsedBody)) {
        return refuse(
          400,
          codes.badRequest,
          "Bad Request: no Mcp-Session-Id header. Send initialize first",
        );
      }
      if (!this.#hasRoom()) return this.#full();
      this.#opening += 1;
      try {
        return await this.#start(request, parsedBody);
      } finally {
        this.#opening -= 1;
      }
    }
    const session = this.#sessions.get(id);
    if (session === undefined) return refuse(404, codes.sessionNotFound, "Session not found");
    if (!isHandshake(request, parsedBody)) session.isUsed = true;
    return this.#use(session, request, parsedBody);
  }

  /** To every session that it concerns, on its open stream; a session without one misses it. */
  broadcast(notification: JsonRpcNotification): void {
    for (const { transport } of concernedBy(notification, [...this.#sessions.values()])) {
      transport.send(notification as never).catch(() => {}); // as in the outlet; a client that left misses it
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    await Promise.all([...this.#sessions.values()].map(({ transport }) => transport.close()));
    this.#sessions.clear();
  }

  async #start(request: Request, parsedBody: unknown): Promise<Response> {
    const now = () => this.#now();
    const session: Session = {
      transport: new WebStandardStreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (id) => void this.#sessions.set(id, session),
      }),
      subscriptions: new Set(),
      isListening: false,
      onListening: () => {},
      openStreams: 0,
      lastUsedAt: now(),
      running: 0,
      lastAskedAt: now(),
      isUsed: false,
      get silentMs() {
        return session.running > 0 ? 0 : now() - session.lastAskedAt;
      },
    };
    const { transport } = session;
    await this.#options.attach(session);
    const ended = transport.onclose;
    transport.onclose = () => {
      if (transport.sessionId !== undefined) this.#sessions.delete(transport.sessionId);
      ended?.();
    };
    const response = await this.#use(session, request, parsedBody);
    if (transport.sessionId === undefined) await transport.close();
    return response;
  }

  async #use(session: Session, request: Request, parsedBody: unknown): Promise<Response> {
    const asks = request.method === "GET" ? 0 : 1;
    session.openStreams += 1;
    session.running += asks;
    let isStream = false;
    const done = () => {
      session.openStreams -= 1;
      session.running -= asks;
      session.lastUsedAt = this.#now();
      if (asks > 0) session.lastAskedAt = session.lastUsedAt;
      if (isStream) session.isListening = false;
    };
    rememberSubscription(session.subscriptions, parsedBody);
    try {
      const options = parsedBody === undefined ? {} : { parsedBody };
      const response = await session.transport.handleRequest(request, options);
      isStream = request.method === "GET" && response.ok;
      const answer = afterBody(response, done);
      if (isStream) {
        session.isListening = true;
        session.onListening();
      }
      return answer;
    } catch (error) {
      done();
      throw error;
    }
  }

  #now(): number {
    return (this.#options.now ?? (() => performance.now()))();
  }

  /** Whether there is room for one more. Sessions that nobody would miss make it. */
  #hasRoom(): boolean {
    const { maxSessions, idleMs } = this.#options;
    if (this.#sessions.size + this.#opening < maxSessions) return true;
    const idle = [...this.#sessions.values()]
      .filter(({ running, isUsed, silentMs }) => running === 0 && (!isUsed || silentMs >= idleMs))
      .sort((a, b) => Number(a.isUsed) - Number(b.isUsed) || b.silentMs - a.silentMs);
    const [first] = idle;
    if (first?.transport.sessionId === undefined) return false;
    this.#sessions.delete(first.transport.sessionId);
    void first.transport.close();
    return true;
  }

  #full(): Response {
    const message = `All ${this.#options.maxSessions} sessions of this server are in use. End those you do not need (DELETE), or try again in ${retryAfterSeconds} seconds`;
    return refuse(429, codes.badRequest, message, { "retry-after": String(retryAfterSeconds) });
  }

  #sweep(): void {
    const limit = this.#now() - this.#options.idleMs;
    for (const session of this.#sessions.values()) {
      if (session.openStreams === 0 && session.lastUsedAt < limit) void session.transport.close();
    }
  }
}

function rememberSubscription(subscriptions: Set<string>, body: unknown): void {
  const { method, params } = (body ?? {}) as { method?: unknown; params?: { uri?: unknown } }; // looked at field by field
  if (typeof params?.uri !== "string") return;
  if (method === "resources/subscribe" && subscriptions.size < mostSubscriptions)
    subscriptions.add(params.uri);
  else if (method === "resources/unsubscribe") subscriptions.delete(params.uri);
}

function startsSession(request: Request, body: unknown): boolean {
  const messages = Array.isArray(body) ? body : [body];
  return (
    request.method === "POST" &&
    messages.some((message) => (message as { method?: unknown } | null)?.method === "initialize")
  );
}

/** What every client sends before it uses a session. */
function isHandshake(request: Request, body: unknown): boolean {
  const { method } = (body ?? {}) as { method?: unknown }; // looked at field by field
  return request.method !== "POST" || method === "notifications/initialized";
}

function notHere(method: string): Response {
  const message = `Method not allowed: ${method} needs an Mcp-Session-Id header. Send initialize first`;
  return refuse(405, codes.badRequest, message, { allow: "POST" });
}

function refuse(
  status: number,
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json({ jsonrpc: "2.0", error: { code, message }, id: null }, { status, headers });
}
