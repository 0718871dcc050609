import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { HubError } from "@hub/core";
import type { HubApp } from "./api/context.js";
import { problemResponse } from "./api/problem.js";

export type ConnectionLimits = {
  /** Until all headers of a request must be there. */
  readonly headersMs: number;
  /** Until the whole request, with its body, must be there. */
  readonly requestMs: number;
  /** How often the two above are looked at. */
  readonly checkEveryMs: number;
  readonly mostConnections: number;
};

export const connectionLimits: ConnectionLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  checkEveryMs: 5_000,
  mostConnections: 2_000,
};
const closeIdleEveryMs = 50;

export type Listener = {
  readonly port: number;
  /** Where it listens, as addresses. */
  readonly addresses: readonly { readonly address: string; readonly port: number }[];
  /** Stops accepting, waits for requests in flight, and cuts what is left after `graceMs`. */
  readonly close: (graceMs: number) => Promise<void>;
};

/** What Node lets through but two programs in a row may read differently. */
function ambiguity(request: IncomingMessage): string | undefined {
  let hosts = 0;
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    if (request.rawHeaders[index]?.toLowerCase() === "host") hosts += 1;
  }
  if (hosts > 1) return "The request has more than one Host header.";
  if (request.url?.startsWith("/") === false && request.url !== "*")
    return "The request target must be a path.";
  return undefined;
}

async function refuse(response: ServerResponse, detail: string): Promise<void> {
  const problem = problemResponse(new HubError("INVALID_REQUEST", detail));
  response.writeHead(problem.status, {
    ...Object.fromEntries(problem.headers),
    connection: "close",
  });
  response.end(await problem.text());
}

/** Serves the app on a TCP port with limits of its own; Node's defaults wait for minutes. */
export async function listen(
  app: Pick<HubApp, "fetch">,
  host: string,
  port: number,
  limits: ConnectionLimits = connectionLimits,
): Promise<Listener> {
  const handle = getRequestListener(app.fetch);
  const server: Server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.checkEveryMs,
      keepAliveTimeout: 30_000,
      maxHeaderSize: 16_384,
    },
    (request, response) => {
      const problem = ambiguity(request);
      if (problem !== undefined) void refuse(response, problem);
      else void handle(request, response);
    },
  );
  server.maxConnections = limits.mostConnections;
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  // A TCP server that listens has an address with a port.
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    addresses: [{ address: address.address, port: address.port }],
    close: (graceMs) =>
      new Promise<void>((resolve) => {
        const cut = setTimeout(() => {
          for (const socket of sockets) socket.destroy();
        }, graceMs);
        // A kept connection becomes idle when its last answer is out, which may be later.
        const closeIdle = setInterval(() => server.closeIdleConnections(), closeIdleEveryMs);
        server.close(() => {
          clearTimeout(cut);
          clearInterval(closeIdle);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
