import { randomUUID } from "node:crypto";
import {
  isInitializeRequest,
  type McpServer,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { MemoryEventStore } from "./event-store.js";

interface Session {
  readonly server: McpServer;
  readonly transport: WebStandardStreamableHTTPServerTransport;
}

/** How soon a client asks again when the server closed its stream. */
const retryIntervalMs = 500;

/** Serves the 2025 revisions: a server and a transport for each session. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #createServer: () => McpServer;

  constructor(createServer: () => McpServer) {
    this.#createServer = createServer;
  }

  async handle(request: Request, parsedBody: unknown): Promise<Response> {
    const id = request.headers.get("mcp-session-id");
    if (id !== null) {
      const session = this.#sessions.get(id);
      if (session === undefined) return refuse(404, -32001, "Session not found");
      return session.transport.handleRequest(request, { parsedBody });
    }
    if (!isInitializeRequest(parsedBody)) {
      return refuse(400, -32000, "Bad Request: a session begins with initialize");
    }
    const { transport } = await this.#open();
    return transport.handleRequest(request, { parsedBody });
  }

  /** Tells the clients of all sessions something. */
  tellAll(tell: (server: McpServer) => void): void {
    for (const { server } of this.#sessions.values()) tell(server);
  }

  async #open(): Promise<Session> {
    const server = this.#createServer();
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: new MemoryEventStore(),
      retryInterval: retryIntervalMs,
      onsessioninitialized: (id) => void this.#sessions.set(id, session),
      onsessionclosed: (id) => void this.#sessions.delete(id),
    });
    const session = { server, transport };
    await server.connect(transport);
    return session;
  }
}

function refuse(status: number, code: number, message: string): Response {
  return Response.json({ jsonrpc: "2.0", error: { code, message }, id: null }, { status });
}
