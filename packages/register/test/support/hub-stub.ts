import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Json = Record<string, unknown>;

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly body: Json;
  readonly authorization: string | undefined;
}

interface Answer {
  readonly status: number;
  readonly body?: Json;
  readonly headers?: Record<string, string>;
}

/**
 * The hub's side of the wire contract (DESIGN section 4), register and lease routes only. The hub
 * is another program to this package; this stands in for it with real HTTP.
 */
export class HubStub {
  readonly seen: SeenRequest[] = [];
  readonly leases = new Map<string, Json>();
  heartbeatMs = 50;
  instance: Json = { status: "up" };
  /** Answers instead of the contract, when it returns something. */
  intercept: (request: SeenRequest) => Answer | undefined = () => undefined;
  #server: Server | undefined;
  #port = 0;
  #nextLease = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get registered(): Json[] {
    return [...this.leases.values()];
  }

  registrations(): Json[] {
    return this.seen.filter(({ path }) => path === "/register").map(({ body }) => body);
  }

  heartbeats(): Json[] {
    return this.seen.filter(({ method }) => method === "PUT").map(({ body }) => body);
  }

  async start(): Promise<this> {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    const server = this.#server;
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request) text += chunk;
    const isJson = request.headers["content-type"]?.includes("json") === true;
    const seen: SeenRequest = {
      method: request.method ?? "",
      path: request.url ?? "",
      body: text === "" ? {} : isJson ? (JSON.parse(text) as Json) : { text },
      authorization: request.headers.authorization,
    };
    this.seen.push(seen);
    const { status, body, headers } = this.intercept(seen) ?? this.#answer(seen);
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(body === undefined ? "" : JSON.stringify(body));
  }

  #answer({ method, path, body }: SeenRequest): Answer {
    const leaseId = path.startsWith("/leases/") ? path.slice("/leases/".length) : undefined;
    if (method === "POST" && path === "/register") {
      this.#nextLease += 1;
      const id = `lease-${this.#nextLease}`;
      this.leases.set(id, body);
      const server = { id: "server-id", name: body.name };
      const instance = { id: body.instanceId, endpoint: body.endpoint, status: "pending" };
      const lease = { id, ttlMs: 3 * this.heartbeatMs, heartbeatMs: this.heartbeatMs };
      return { status: 201, body: { server, instance, lease, warnings: [] } };
    }
    if (leaseId !== undefined && !this.leases.has(leaseId)) {
      return { status: 404, body: { code: "LEASE_UNKNOWN", detail: "Register again" } };
    }
    if (leaseId !== undefined && method === "PUT") {
      return { status: 200, body: { ttlMs: 3 * this.heartbeatMs, heartbeatMs: this.heartbeatMs } };
    }
    if (leaseId !== undefined && method === "DELETE") {
      this.leases.delete(leaseId);
      return { status: 204 };
    }
    if (path === "/servers/server-id") {
      const instances = this.registered.map((registration) => ({
        id: registration.instanceId,
        transport: "streamable-http",
        status: "pending",
        endpoint: registration.endpoint,
        registeredEndpoint: registration.endpoint,
        warnings: [],
        ...this.instance,
      }));
      const said = { name: "Server", tags: [], status: "up", revision: 1, etag: "1", warnings: [] };
      const place = { transport: "streamable-http", endpoint: "http://127.0.0.1:1/mcp" };
      const times = { registeredAt: "2026-01-01T00:00:00Z", updatedAt: "2026-01-01T00:00:00Z" };
      const body = { id: "server-id", ...said, ...place, ...times, instances };
      return { status: 200, body: { ...body, capabilities: { tools: 1 } } };
    }
    return { status: 404, body: { code: "ROUTE_NOT_FOUND", detail: path } };
  }
}
