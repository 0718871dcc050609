import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ServerNotifier } from "@modelcontextprotocol/server";
import { type Bound, urlFor } from "../advertise.js";
import { systemTime } from "../lease/time.js";
import { logToStderr } from "../log.js";
import type { RegisterOptions } from "../options.js";
import type { Backend } from "../wrap/backend.js";
import { createEndpoint, type Endpoint } from "../wrap/endpoint.js";
import { createGuard, isLoopback } from "./guard.js";
import { type ListeningServer, listenOnFirst, stop, untilListening } from "./listen.js";
import { joinPaths, mountEndpoint } from "./mount.js";
import { createNodeListener, type FetchHandler, type NodeListener } from "./node-listener.js";
import { countingFetch, countingNode, type RunningCalls } from "./running-calls.js";
import { SelfCheck } from "./self-check.js";
import { waitForPort } from "./wait-for-port.js";

function strangerText(url: string, status: number): string {
  return `the app answers ${url} itself (HTTP ${status}), before the endpoint that \`register\` mounted. Call \`register\` before the app's own handlers, above all one for "not found"; if the app is mounted below a prefix, give \`mountedAt\``;
}

/** Where this machine reaches what listens there: everywhere includes loopback. */
function loopbackOf(address: string | undefined): string {
  if (address === "::") return "::1";
  return address === undefined || address === "0.0.0.0" ? "127.0.0.1" : address;
}

/** Where and how one backend is served. */
export class Serving {
  readonly fetch: FetchHandler;
  readonly node: NodeListener;
  readonly #endpoint: Endpoint;
  readonly #options: RegisterOptions;
  readonly #stop = new AbortController();
  readonly #selfCheck = new SelfCheck();
  #own: Server | undefined;
  #path: string;
  #isPathSure: boolean;
  #isLoopbackOnly: boolean;
  #onPath = (_path: string) => {};

  constructor(
    backend: Backend,
    options: RegisterOptions,
    advertisedHosts: readonly string[],
    running: RunningCalls,
  ) {
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
    const fetch = this.#selfCheck.wrap((request, parsedBody) => {
      this.#learnPath(request);
      return this.#isOurs(request)
        ? this.#endpoint.fetch(request, parsedBody)
        : Promise.resolve(Response.json({ error: "Not found" }, { status: 404 }));
    });
    this.fetch = countingFetch(running, fetch);
    this.node = countingNode(running, createNodeListener(fetch));
    if (options.mount !== undefined) {
      const known = mountEndpoint(options.mount, this.#path, this);
      this.#path = joinPaths(options.mountedAt ?? "", known);
    }
  }

  /** Whether the port is ours to choose. */
  get hasAnyPort(): boolean {
    const { mount, port = 0 } = this.#options;
    return mount === undefined && port === 0;
  }

  /**
   * Resolves once requests can arrive. Rejects with a sentence when the port cannot be had; of `ports` it takes
   * the first that is free.
   */
  async start(
    onPath: (path: string) => void,
    ports: readonly number[] = [this.#options.port ?? 0],
  ): Promise<Bound> {
    this.#onPath = onPath;
    const { mount, port = 0, host = "127.0.0.1" } = this.#options;
    if (mount === undefined) {
      const server = await listenOnFirst(this.node, ports, host);
      if (this.#stop.signal.aborted) {
        await stop(server);
        throw new Error("Closed before it listened");
      }
      this.#own = server;
      return this.#boundOf(server);
    }
    const server = typeof mount === "object" && "listening" in mount ? mount : this.#options.server;
    if (server !== undefined) await untilListening(server);
    else await waitForPort(port, systemTime, this.#stop.signal);
    const bound =
      server === undefined
        ? { port, path: this.#path, address: undefined, isSecure: false }
        : this.#boundOf(server);
    void this.#tellStranger(bound);
    return bound;
  }

  /** An app answers what its own handlers take before ours, and then no client ever gets here. */
  async #tellStranger(bound: Bound): Promise<void> {
    const url = urlFor(loopbackOf(bound.address), bound);
    const status = await this.#selfCheck.strangersStatus(url, this.#stop.signal);
    if (status === undefined || this.#stop.signal.aborted) return;
    (this.#options.log ?? logToStderr)({ level: "warn", message: strangerText(url, status) });
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
