import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ServerNotifier } from "@modelcontextprotocol/server";
import type { Bound } from "../advertise.js";
import { systemTime } from "../lease/time.js";
import { logToStderr } from "../log.js";
import type { RegisterOptions } from "../options.js";
import type { Backend } from "../wrap/backend.js";
import { createEndpoint, type Endpoint } from "../wrap/endpoint.js";
import { createGuard, isLoopback } from "./guard.js";
import { type ListeningServer, listen, stop, untilListening } from "./listen.js";
import { joinPaths, mountEndpoint } from "./mount.js";
import { createNodeListener, type FetchHandler, type NodeListener } from "./node-listener.js";
import { waitForPort } from "./wait-for-port.js";

/** Where and how one backend is served. */
export class Serving {
  readonly fetch: FetchHandler;
  readonly node: NodeListener;
  readonly #endpoint: Endpoint;
  readonly #options: RegisterOptions;
  readonly #stop = new AbortController();
  #own: Server | undefined;
  #path: string;
  #isPathSure: boolean;
  #isLoopbackOnly: boolean;
  #onPath = (_path: string) => {};

  constructor(backend: Backend, options: RegisterOptions, advertisedHosts: readonly string[]) {
    this.#options = options;
    this.#path = options.path ?? "/mcp";
    this.#isPathSure = options.mount === undefined || options.mountedAt !== undefined;
    this.#isLoopbackOnly = options.mount === undefined && isLoopback(options.host ?? "127.0.0.1");
    const allowedHosts = [...(options.allowedHosts ?? []), ...advertisedHosts];
    this.#endpoint = createEndpoint(backend, {
      guard: (request) =>
        createGuard({ isLoopbackOnly: this.#isLoopbackOnly, allowedHosts })(request),
      sessionIdleMs: options.sessionIdleMs,
      onError: (error) => {
        const message = `a request failed: ${error instanceof Error ? error.message : error}`;
        (options.log ?? logToStderr)({ level: "error", message });
      },
    });
    this.fetch = (request, parsedBody) => {
      this.#learnPath(request);
      return this.#isOurs(request)
        ? this.#endpoint.fetch(request, parsedBody)
        : Promise.resolve(Response.json({ error: "Not found" }, { status: 404 }));
    };
    this.node = createNodeListener(this.fetch);
    if (options.mount !== undefined) {
      const known = mountEndpoint(options.mount, this.#path, this);
      this.#path = joinPaths(options.mountedAt ?? "", known);
    }
  }

  /** Resolves once requests can arrive. Rejects with a sentence when the port cannot be had. */
  async start(onPath: (path: string) => void): Promise<Bound> {
    this.#onPath = onPath;
    const { mount, port = 0, host = "127.0.0.1" } = this.#options;
    if (mount === undefined) {
      const server = await listen(this.node, port, host);
      if (this.#stop.signal.aborted) {
        await stop(server);
        throw new Error("Closed before it listened");
      }
      this.#own = server;
      return this.#boundOf(server);
    }
    const server = typeof mount === "object" && "listening" in mount ? mount : this.#options.server;
    if (server !== undefined) {
      await untilListening(server);
      return this.#boundOf(server);
    }
    await waitForPort(port, systemTime, this.#stop.signal);
    return { port, path: this.#path, address: undefined, isSecure: false };
  }

  get notify(): ServerNotifier {
    return this.#endpoint.notify;
  }

  /** The served port alone no longer keeps the process alive. */
  unref(): void {
    this.#own?.unref();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#endpoint.close();
    if (this.#own !== undefined) await stop(this.#own);
  }

  #boundOf(server: ListeningServer): Bound {
    const { address, port } = server.address() as AddressInfo; // a listening TCP server has one
    this.#isLoopbackOnly = isLoopback(address);
    // An https.Server has this method, an http.Server does not.
    return { address, port, path: this.#path, isSecure: "setSecureContext" in server };
  }

  /** On our own port only our path is ours; elsewhere the app has decided already. */
  #isOurs(request: Request): boolean {
    if (this.#options.mount !== undefined) return true;
    return new URL(request.url).pathname.replace(/\/+$/, "") === this.#path.replace(/\/+$/, "");
  }

  /** A router learns where it is mounted with the first request that reaches it. */
  #learnPath(request: Request): void {
    if (this.#isPathSure) return;
    this.#isPathSure = true;
    const real = new URL(request.url).pathname.replace(/\/+$/, "");
    if (real === "" || real === this.#path) return;
    this.#path = real;
    this.#onPath(real);
  }
}
