import { randomUUID } from "node:crypto";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/server";
import { createServer } from "../create-server.js";
import type { Shared } from "../shared.js";
import { MemoryEventStore } from "./event-store.js";
import { sendChanges } from "./send-changes.js";

/** How long a client waits before it resumes a stream that was closed. */
const retryMs = 500;

/** Serves the 2025 revisions: a server instance for each session, with streams that can be resumed. */
export class Sessions {
  readonly #transports = new Map<string, WebStandardStreamableHTTPServerTransport>();
  readonly #shared: Shared;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  async fetch(request: Request): Promise<Response> {
    const id = request.headers.get("mcp-session-id");
    if (id === null) return this.#open(request);
    const transport = this.#transports.get(id);
    if (transport !== undefined) return transport.handleRequest(request);
    const error = { code: -32_001, message: "Session not found" };
    return Response.json({ jsonrpc: "2.0", id: null, error }, { status: 404 });
  }

  async #open(request: Request): Promise<Response> {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: new MemoryEventStore(),
      retryInterval: retryMs,
      onsessioninitialized: (id) => {
        this.#transports.set(id, transport);
      },
    });
    const server = createServer(this.#shared);
    const stopChanges = sendChanges(server, this.#shared.changes);
    server.server.onclose = () => {
      stopChanges();
      if (transport.sessionId !== undefined) this.#transports.delete(transport.sessionId);
    };
    await server.connect(transport);
    const response = await transport.handleRequest(request);
    // It was no `initialize`: the answer says so, and there is no session.
    if (transport.sessionId === undefined) await server.close();
    return response;
  }
}
