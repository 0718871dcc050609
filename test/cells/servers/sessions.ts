import { randomUUID } from "node:crypto";

type SessionOptions = {
  readonly sessionIdGenerator: () => string;
  readonly onsessioninitialized: (id: string) => void;
  readonly onsessionclosed: (id: string) => void;
};

type Session = {
  readonly transport: { handleRequest(request: Request): Promise<Response> };
  close(): Promise<void>;
};

export type OpenSession = (options: SessionOptions) => Promise<Session>;

/** Serves the 2025 revisions over HTTP, with either SDK: a server and a transport for each session. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #openSession: OpenSession;

  constructor(openSession: OpenSession) {
    this.#openSession = openSession;
  }

  async fetch(request: Request): Promise<Response> {
    const id = request.headers.get("mcp-session-id");
    const known = id === null ? await this.#open() : this.#sessions.get(id);
    if (known !== undefined) return known.transport.handleRequest(request);
    const error = { code: -32_001, message: "Session not found" };
    return Response.json({ jsonrpc: "2.0", id: null, error }, { status: 404 });
  }

  async close(): Promise<void> {
    for (const session of this.#sessions.values()) await session.close();
  }

  async #open(): Promise<Session> {
    const session = await this.#openSession({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void this.#sessions.set(id, session),
      onsessionclosed: (id) => void this.#sessions.delete(id),
    });
    return session;
  }
}
