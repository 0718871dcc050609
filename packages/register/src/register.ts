import { advertise, type Bound } from "./advertise.js";
import { watchCapabilities } from "./capabilities-hash.js";
import { createBackend } from "./create-backend.js";
import { logToStderr } from "./log.js";
import { Membership, type RegisteredStatus } from "./membership.js";
import { checkOptions, type RegisterOptions } from "./options.js";
import { type RegisteredUrl, registerUrl } from "./register-url.js";
import type { FetchHandler, NodeListener } from "./serve/node-listener.js";
import { RunningCalls } from "./serve/running-calls.js";
import { Serving } from "./serve/serving.js";
import { findStarted } from "./serve/started-server.js";
import { usualPorts } from "./serve/usual-port.js";
import { readSurroundings } from "./surroundings.js";
import { classifyTarget, type Target } from "./target.js";
import type { Backend } from "./wrap/backend.js";

/** Announces changes to everybody who listens. */
export interface ChangeNotifier {
  toolsChanged(): void;
  promptsChanged(): void;
  resourcesChanged(): void;
  resourceUpdated(uri: string): void;
}

/** A server that is served and kept registered. */
export interface Registered {
  /** Resolves, with this object, once the server is served. Rejects when it cannot be: a taken port, a factory that throws. Never waits for a hub. */
  readonly ready: Promise<Registered>;
  /** The URL that is registered; `undefined` before `ready`. */
  readonly url: string | undefined;
  /** The port it is served on; `undefined` before `ready` and for a URL. */
  readonly port: number | undefined;
  readonly status: RegisteredStatus;
  /** Calls back at each change of `status`; returns the way to stop it. */
  onStatus(listener: (status: RegisteredStatus) => void): () => void;
  /** Answers a web-standard request, for mounting by hand. Answers 404 for a URL target. */
  readonly fetch: FetchHandler;
  /** Answers a `node:http` request; also an Express handler. */
  readonly node: NodeListener;
  /**
   * For a factory, whose servers do not outlive a session or a request: tells all clients, and the
   * hub, that a list or a resource changed. An instance announces its changes by itself.
   */
  readonly notify: ChangeNotifier;
  /**
   * Finishes the calls that run (within `drainMs`), deregisters (within 2 s, whatever the hub does) and stops
   * serving.
   */
  close(): Promise<void>;
}

/**
 * Serves an MCP server over streamable HTTP, for clients of both protocol eras, and keeps it
 * registered with MCP Hub for as long as the process runs. A URL is only registered, which keeps the
 * program alive until `close()` or a signal (`keepAlive: false`: as long as something else does).
 *
 * Returns at once. A hub that is away, slow or unwilling never delays or breaks the server.
 * @throws TypeError when the target or an option can never work.
 */
export function register(target: Target, options: RegisterOptions = {}): Registered {
  const classified = classifyTarget(target);
  if (classified.kind === "url") return new ServedElsewhere(registerUrl(classified.url, options));
  checkOptions(options);
  return new Registration(options, {
    backend: createBackend(classified, options.log ?? logToStderr),
    isStarted: classified.kind === "fastmcp" && classified.isStarted,
  });
}

/** A server that is served here, whose last lines can be sent unasked. */
export interface RegisteredBackend extends Registered {
  sendLog(): void;
  /** The first part of `close`: finishes the calls that run, and deregisters. It is still served. */
  leave(): Promise<void>;
}

/** Serves and registers what a backend stands for. For `register` and the command line. */
export function registerBackend(backend: Backend, options: RegisterOptions): RegisteredBackend {
  return new Registration(options, { backend });
}

/** `isStarted`: the program serves it by itself already. */
type Source = { readonly backend: Backend; readonly isStarted?: boolean };

class Registration implements RegisteredBackend {
  readonly ready: Promise<Registered>;
  url: string | undefined;
  port: number | undefined;
  readonly #options: RegisterOptions;
  readonly #source: Source;
  readonly #membership: Membership;
  readonly #running = new RunningCalls();
  readonly #serving: Serving;
  readonly #stop = new AbortController();
  #bound: Bound | undefined;
  #capabilities: { current(): string | undefined; stop(): void } | undefined;
  #closing: Promise<void> | undefined;
  #giveBackPorts = () => {};

  constructor(options: RegisterOptions, source: Source) {
    this.#options = options;
    this.#source = source;
    this.#membership = new Membership(options, {
      placeFor: (hubUrl) => this.#advertisedTo(hubUrl),
      capabilitiesHash: () => this.#capabilities?.current(),
      running: this.#running,
      onEnding: () => this.#serving.unref(),
    });
    const { advertiseUrl } = this.#membership;
    const hosts = advertiseUrl === undefined ? [] : [new URL(advertiseUrl).hostname];
    this.#serving = new Serving(source.backend, options, hosts, this.#running);
    this.ready = this.#start();
  }

  get status(): RegisteredStatus {
    return this.#membership.status;
  }

  get fetch(): FetchHandler {
    return this.#serving.fetch;
  }

  get node(): NodeListener {
    return this.#serving.node;
  }

  get notify(): ChangeNotifier {
    return this.#serving.notify;
  }

  onStatus(listener: (status: RegisteredStatus) => void): () => void {
    return this.#membership.onStatus(listener);
  }

  sendLog(): void {
    this.#membership.sendLog();
  }

  async leave(): Promise<void> {
    this.#membership.forgetSignals();
    this.#stop.abort();
    await this.#membership.leave();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #start(): Promise<Registered> {
    const { backend, isStarted } = this.#source;
    try {
      // The program may still add tools in the rest of this tick.
      await new Promise((resolve) => setImmediate(resolve));
      await this.#serve(backend, isStarted === true);
    } catch (error) {
      // If it was closed meanwhile, there is no server to start and no error to report.
      if (this.#stop.signal.aborted) return this;
      await this.close();
      throw error;
    }
    this.#membership.start();
    return this;
  }

  async #serve(backend: Backend, isStarted: boolean): Promise<void> {
    const { log, firstHubUrl } = this.#membership;
    const onPath = (path: string) => {
      if (this.#bound === undefined) return;
      this.#bound = { ...this.#bound, path };
      this.url = this.#advertisedTo(firstHubUrl).endpoint;
      this.#membership.registerAgain();
    };
    const started = isStarted ? await this.#findStarted(backend) : undefined;
    this.#bound = started ?? (await this.#serving.start(onPath, await this.#usualPorts(backend)));
    const { serverInfo } = await backend.describe();
    this.#membership.identity = {
      name: this.#options.name ?? serverInfo.name,
      version: this.#options.version ?? serverInfo.version,
    };
    this.#capabilities = watchCapabilities(backend.reference);
    this.port = this.#bound?.port;
    const { endpoint, leftOut } = this.#advertisedTo(firstHubUrl);
    this.url = endpoint;
    for (const url of leftOut)
      log({
        level: "info",
        message: `${url} is not sent to the hub: it is a link-local address, to which no hub connects`,
      });
  }

  /** Undefined when `register` does not choose the port. */
  async #usualPorts(backend: Backend): Promise<readonly number[] | undefined> {
    if (!this.#serving.hasAnyPort) return undefined;
    const { name } = (await backend.describe()).serverInfo;
    const usual = usualPorts(this.#options.name ?? name, process.cwd());
    this.#giveBackPorts = usual.giveBack;
    return usual.ports;
  }

  /**
   * The address at which the program serves it. If that is not known, the server is served here as well,
   * and a warning says so.
   */
  async #findStarted(backend: Backend): Promise<Bound | undefined> {
    const { name } = (await backend.describe()).serverInfo;
    const bound = await findStarted(name, this.#stop.signal);
    if (bound === undefined)
      this.#membership.log({
        level: "warn",
        message: `"${name}" was started before \`register\`, and its address is not known. It is also served on another port, and registered there. To register the first address instead, give \`register\` its URL`,
      });
    return bound;
  }

  #advertisedTo(hubUrl: string) {
    if (this.#bound === undefined) return { endpoint: this.url ?? "", candidates: [], leftOut: [] };
    const { advertiseUrl } = this.#membership;
    return advertise(this.#bound, readSurroundings(), { advertiseUrl, hubUrl });
  }

  async #close(): Promise<void> {
    // It leaves the catalogue before the port closes, so that the hub sends nobody to a closed
    // port, and finishes what it has begun.
    await this.leave();
    this.#capabilities?.stop();
    this.#serving.unref();
    await this.#serving.close();
    this.#giveBackPorts();
    this.#membership.setStatus("closed");
  }
}

/** What is registered only: nothing is served here. */
class ServedElsewhere implements Registered {
  readonly ready: Promise<Registered>;
  readonly port = undefined;
  readonly fetch: FetchHandler = async () => new Response(null, { status: 404 });
  readonly node: NodeListener = (_request, response) => void response.writeHead(404).end();
  readonly notify: ChangeNotifier = {
    toolsChanged() {},
    promptsChanged() {},
    resourcesChanged() {},
    resourceUpdated() {},
  };
  readonly #registered: RegisteredUrl;

  constructor(registered: RegisteredUrl) {
    this.#registered = registered;
    this.ready = registered.ready.then(() => this);
  }

  get url(): string | undefined {
    return this.#registered.url;
  }

  get status(): RegisteredStatus {
    return this.#registered.status;
  }

  onStatus(listener: (status: RegisteredStatus) => void): () => void {
    return this.#registered.onStatus(listener);
  }

  close(): Promise<void> {
    return this.#registered.close();
  }
}
