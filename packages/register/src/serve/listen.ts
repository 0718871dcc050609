import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { NodeListener } from "./node-listener.js";

/** What is needed of a server that the user owns: `http.Server`, `https.Server`, `Http2Server`. */
export interface ListeningServer {
  readonly listening: boolean;
  address(): { readonly port: number } | string | null;
  once(event: "listening", listener: () => void): unknown;
}

/** Serves a listener on its own port. Resolves when listening; rejects with a sentence when it cannot. */
export async function listen(listener: NodeListener, port: number, host: string): Promise<Server> {
  const server = createServer(
    // A call may stream for as long as it runs; only its arrival is timed.
    { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000 },
    listener,
  );
  server.maxConnections = 2_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(explain(error, port, host)));
    server.listen(port, host, resolve);
  });
  return server;
}

/** Serves on the first of these ports that no other program has. The last one's failure is told. */
export async function listenOnFirst(
  listener: NodeListener,
  ports: readonly number[],
  host: string,
): Promise<Server> {
  const [port = 0, ...others] = ports;
  try {
    return await listen(listener, port, host);
  } catch (error) {
    if (others.length === 0) throw error;
    return listenOnFirst(listener, others, host);
  }
}

function explain(error: NodeJS.ErrnoException, port: number, host: string): Error {
  const sentences: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} on ${host} is taken by another program. Give another \`port\`, or 0 for a free one`,
    EACCES: `Port ${port} on ${host} is not open to this user. Give a \`port\` above 1023`,
    EADDRNOTAVAIL: `${host} is not an address of this machine. Give another \`host\``,
  };
  return new Error(
    sentences[error.code ?? ""] ?? `Cannot listen on ${host}:${port}: ${error.message}`,
    {
      cause: error,
    },
  );
}

/** The port a listening server got. */
export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port; // a listening TCP server has one
}

/** Resolves once the server listens; at once if it does. */
export function untilListening(server: ListeningServer): Promise<void> {
  if (server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    server.once("listening", resolve);
  });
}

/** Stops taking requests and ends open streams. */
export function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
