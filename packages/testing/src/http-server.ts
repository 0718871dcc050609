import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { createServer as createTcpServer } from "node:net";

/** A server on a loopback port that the system chose. */
export type TestServer = {
  readonly port: number;
  readonly origin: string;
  /** Method and path of every request, in order. */
  readonly requests: readonly string[];
  readonly headers: readonly IncomingMessage["headers"][];
  readonly connections: () => number;
  close(): Promise<void>;
};

const open = new Set<TestServer>();

/** Closes every server of this file; for `afterEach`. */
export async function closeServers(): Promise<void> {
  await Promise.all([...open].map((server) => server.close()));
}

function track(server: Server | ReturnType<typeof createTcpServer>, scheme: string, host: string) {
  const requests: string[] = [];
  const headers: IncomingMessage["headers"][] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
  });
  return new Promise<TestServer>((resolve) => {
    server.listen(0, host, () => {
      const { port } = server.address() as AddressInfo; // A TCP server has no other kind.
      const tracked: TestServer & { requests: string[] } = {
        port,
        origin: `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`,
        requests,
        headers,
        connections: () => connections,
        close: () =>
          new Promise((done) => {
            open.delete(tracked);
            for (const socket of sockets) socket.destroy();
            server.close(() => done());
          }),
      };
      open.add(tracked);
      server.on("request", (request: IncomingMessage) => {
        requests.push(`${request.method} ${request.url}`);
        headers.push(request.headers);
      });
      resolve(tracked);
    });
  });
}

export function serve(handler: RequestListener, host = "127.0.0.1"): Promise<TestServer> {
  return track(createServer({ keepAliveTimeout: 1_000 }, handler), "http", host);
}

export function serveTls(
  certificate: { readonly key: string; readonly cert: string },
  handler: RequestListener,
): Promise<TestServer> {
  return track(createTlsServer(certificate, handler), "https", "127.0.0.1");
}

/** A server that speaks no HTTP by itself. */
export function serveTcp(onConnection: (socket: Socket) => void): Promise<TestServer> {
  const server = createTcpServer(onConnection);
  return track(server, "http", "127.0.0.1");
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

export type RpcRequest = {
  readonly id?: number;
  readonly method: string;
  readonly params?: Record<string, unknown>;
};

export async function rpcOf(request: IncomingMessage): Promise<RpcRequest> {
  const text = await bodyOf(request);
  return text === "" ? { method: "" } : JSON.parse(text);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { ...headers, "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

/** A port of 127.0.0.1 that nobody listens on. */
export async function closedPort(): Promise<number> {
  const server = await serve(() => undefined);
  await server.close();
  return server.port;
}
