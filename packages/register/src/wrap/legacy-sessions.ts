import { randomUUID } from "node:crypto";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/server";
import { afterBody } from "./after-body.js";
import { concernedBy } from "./audience.js";
import type { JsonRpcNotification } from "./json-rpc.js";

export type SessionTransport = WebStandardStreamableHTTPServerTransport;

/** A new session, as its server sees it. */
export interface OpenedSession {
  readonly transport: SessionTransport;
  /** Whether the client holds the stream open for what belongs to no call. */
  readonly isListening: boolean;
  /** Called when that stream has opened. */
  onListening: () => void;
}

export interface LegacySessionsOptions {
  /** Puts a server behind a new session. Rejecting answers the client with 500. */
  attach(session: OpenedSession): Promise<void>;
  /** A session with no request and no open stream for this long is dropped, in milliseconds. */
  readonly idleMs: number;
  /** Beyond this many sessions, the one idle for longest goes. */
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
}

/** Of one session; an update of any further one is not announced to it. */
const mostSubscriptions = 1_000;

/** Streamable HTTP of the 2025 revisions: initialize, sessions, the GET stream, DELETE. */
export class LegacySessions {
  readonly #options: LegacySessionsOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #sweeper: NodeJS.Timeout;

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
      if (!startsSession(request, parsedBody)) {
        return refuse(400, -32000, "Bad Request: no Mcp-Session-Id header. Send initialize first");
      }
      return this.#start(request, parsedBody);
    }
    const session = this.#sessions.get(id);
    if (session === undefined) return refuse(404, -32001, "Session not found");
    return this.#use(session, request, parsedBody);
  }

  /** To every session that it concerns, on its open stream; a session without one misses it. */
  broadcast(notification: JsonRpcNotification): void {
    for (const { transport } of concernedBy(notification, [...this.#sessions.values()])) {
      transport.send(notification as never).catch(() => {}); // a client that left misses it too
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    await Promise.all([...this.#sessions.values()].map(({ transport }) => transport.close()));
    this.#sessions.clear();
  }

  async #start(request: Request, parsedBody: unknown): Promise<Response> {
    const session: Session = {
      transport: new WebStandardStreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (id) => void this.#sessions.set(id, session),
      }),
      subscriptions: new Set(),
      isListening: false,
      onListening: () => {},
      openStreams: 0,
      lastUsedAt: this.#now(),
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
    this.#makeRoom();
    return response;
  }

  async #use(session: Session, request: Request, parsedBody: unknown): Promise<Response> {
    session.openStreams += 1;
    let isStream = false;
    const done = () => {
      session.openStreams -= 1;
      session.lastUsedAt = this.#now();
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

  #makeRoom(): void {
    if (this.#sessions.size <= this.#options.maxSessions) return;
    const [oldest] = [...this.#sessions.values()].sort(
      (a, b) => a.openStreams - b.openStreams || a.lastUsedAt - b.lastUsedAt,
    );
    void oldest?.transport.close();
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

function refuse(status: number, code: number, message: string): Response {
  return Response.json({ jsonrpc: "2.0", error: { code, message }, id: null }, { status });
}
