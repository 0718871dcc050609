import { advertise, type Bound, instanceIdFor } from "./advertise.js";
import { watchCapabilities } from "./capabilities-hash.js";
import { createBackend } from "./create-backend.js";
import { describeUrl } from "./describe-url.js";
import { HubLinks } from "./hub-links.js";
import { systemTime } from "./lease/time.js";
import { logToStderr } from "./log.js";
import { loggedUrl } from "./logged-url.js";
import { tellMisspeltSettings } from "./misspelt-settings.js";
import { checkOptions, isHttpUrl, type RegisterOptions } from "./options.js";
import type { FetchHandler, NodeListener } from "./serve/node-listener.js";
import { Serving } from "./serve/serving.js";
import { findStarted } from "./serve/started-server.js";
import { usualPorts } from "./serve/usual-port.js";
import { leaveBudgetMs, leaveOnSignal } from "./shutdown.js";
import { readSurroundings } from "./surroundings.js";
import { classifyTarget, type Target } from "./target.js";
import type { Backend } from "./wrap/backend.js";

/**
 * `starting` until it is served, `registering` until a hub knows it, `lost` while the hub is away,
 * `refused` when the hub said no (the log says why), `closed` in the end.
 */
export type RegisteredStatus =
  | "starting"
  | "registering"
  | "registered"
  | "lost"
  | "refused"
  | "closed";

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
  /** Deregisters (within 2 s, whatever the hub does) and stops serving. */
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
  checkOptions(options);
  if (classified.kind === "url") return new Registration(options, { url: classified.url });
  return new Registration(options, {
    backend: createBackend(classified, options.log ?? logToStderr),
    isStarted: classified.kind === "fastmcp" && classified.isStarted,
  });
}

/** A server that is served here, whose last lines can be sent unasked. */
export interface RegisteredBackend extends Registered {
  sendLog(): void;
}

/** Serves and registers what a backend stands for. For `register` and the command line. */
export function registerBackend(backend: Backend, options: RegisterOptions): RegisteredBackend {
  return new Registration(options, { backend });
}

const longestTimerMs = 2 ** 31 - 1;

/** `isStarted`: the program serves it by itself already. */
type Source =
  | { readonly url: string }
  | { readonly backend: Backend; readonly isStarted?: boolean };

class Registration implements RegisteredBackend {
  readonly ready: Promise<Registered>;
  status: RegisteredStatus = "starting";
  url: string | undefined;
  port: number | undefined;
  readonly #options: RegisterOptions;
  readonly #source: Source;
  readonly #advertiseUrl: string | undefined;
  readonly #serving: Serving | undefined;
  readonly #hubs: HubLinks;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<(status: RegisteredStatus) => void>();
  readonly #forgetSignals: () => void;
  /** A URL target opens no port, so nothing else would keep the program running, and its lease would expire. */
  readonly #stayingAlive: NodeJS.Timeout | undefined;
  #identity: { name: string; version: string | undefined } = { name: "", version: undefined };
  #bound: Bound | undefined;
  #capabilities: { current(): string | undefined; stop(): void } | undefined;
  #closing: Promise<void> | undefined;
  #giveBackPorts = () => {};

  constructor(options: RegisterOptions, source: Source) {
    this.#options = options;
    this.#source = source;
    tellMisspeltSettings(process.env, this.#log);
    this.#advertiseUrl = options.advertiseUrl ?? this.#advertiseUrlOfEnvironment();
    if ("backend" in source) {
      const hosts = this.#advertiseUrl === undefined ? [] : [new URL(this.#advertiseUrl).hostname];
      this.#serving = new Serving(source.backend, options, hosts);
    }
    this.#hubs = new HubLinks({
      hubUrl: options.hubUrl,
      token: options.token,
      log: this.#log,
      registrationFor: (hubUrl) => this.#registrationFor(hubUrl),
      capabilitiesHash: () => this.#capabilities?.current(),
      advertiseUrl: this.#advertiseUrl,
      lastLines: options.lastLines,
      onStatus: (status) => this.#setStatus(status),
    });
    this.#forgetSignals =
      options.signals === false
        ? () => {}
        : leaveOnSignal(async () => {
            this.#mayEnd();
            await this.#hubs.leave(leaveBudgetMs);
          });
    if ("url" in source && options.keepAlive !== false)
      this.#stayingAlive = setInterval(() => {}, longestTimerMs);
    this.ready = this.#start();
  }

  get fetch(): FetchHandler {
    return this.#serving?.fetch ?? (async () => new Response(null, { status: 404 }));
  }

  get node(): NodeListener {
    return this.#serving?.node ?? ((_request, response) => void response.writeHead(404).end());
  }

  get notify(): ChangeNotifier {
    const nobody = () => {};
    return (
      this.#serving?.notify ?? {
        toolsChanged: nobody,
        promptsChanged: nobody,
        resourcesChanged: nobody,
        resourceUpdated: nobody,
      }
    );
  }

  onStatus(listener: (status: RegisteredStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  sendLog(): void {
    this.#hubs.sendLog();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  get #log() {
    return this.#options.log ?? logToStderr;
  }

  /** A program is not responsible for its environment, so a wrong variable is reported and ignored. */
  #advertiseUrlOfEnvironment(): string | undefined {
    const url = process.env.MCP_HUB_ADVERTISE_URL || undefined;
    if (url === undefined || isHttpUrl(url)) return url;
    const message = `MCP_HUB_ADVERTISE_URL is ${JSON.stringify(url)}, which is not an http(s) URL, so it is ignored`;
    this.#log({ level: "error", message });
    return undefined;
  }

  async #start(): Promise<Registered> {
    try {
      // The program may still add tools in the rest of this tick.
      await new Promise((resolve) => setImmediate(resolve));
      await ("url" in this.#source
        ? this.#awaitUrl(this.#source.url)
        : this.#serve(this.#source.backend, this.#source.isStarted === true));
    } catch (error) {
      // If it was closed meanwhile, there is no server to start and no error to report.
      if (this.#closing !== undefined) return this;
      await this.close();
      throw error;
    }
    if (this.#closing !== undefined) return this;
    this.#setStatus("registering");
    this.#hubs.start();
    return this;
  }

  async #awaitUrl(url: string): Promise<void> {
    const description = await describeUrl(url, {
      time: systemTime,
      signal: this.#stop.signal,
      onWaiting: (reason) =>
        this.#log({
          level: "warn",
          message: `nothing answers at ${loggedUrl(url)} yet (${reason.replaceAll(url, loggedUrl(url))}); will register when it does`,
        }),
    });
    if (this.#closing !== undefined) return;
    const name = this.#options.name ?? description?.name ?? new URL(url).host;
    this.#identity = { name, version: this.#options.version ?? description?.version };
    this.url = this.#advertiseUrl ?? url;
  }

  async #serve(backend: Backend, isStarted: boolean): Promise<void> {
    const onPath = (path: string) => {
      if (this.#bound === undefined) return;
      this.#bound = { ...this.#bound, path };
      this.url = this.#advertisedTo(this.#hubs.firstUrl).endpoint;
      this.#hubs.registerAgain();
    };
    const started = isStarted ? await this.#findStarted(backend) : undefined;
    this.#bound = started ?? (await this.#serving?.start(onPath, await this.#usualPorts(backend)));
    const { serverInfo } = await backend.describe();
    this.#identity = {
      name: this.#options.name ?? serverInfo.name,
      version: this.#options.version ?? serverInfo.version,
    };
    this.#capabilities = watchCapabilities(backend.reference);
    this.port = this.#bound?.port;
    const { endpoint, leftOut } = this.#advertisedTo(this.#hubs.firstUrl);
    this.url = endpoint;
    for (const url of leftOut)
      this.#log({
        level: "info",
        message: `${url} is not sent to the hub: it is a link-local address, to which no hub connects`,
      });
  }

  /** Undefined when `register` does not choose the port. */
  async #usualPorts(backend: Backend): Promise<readonly number[] | undefined> {
    if (this.#serving?.hasAnyPort !== true) return undefined;
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
      this.#log({
        level: "warn",
        message: `"${name}" was started before \`register\`, and its address is not known. It is also served on another port, and registered there. To register the first address instead, give \`register\` its URL`,
      });
    return bound;
  }

  #advertisedTo(hubUrl: string) {
    if (this.#bound === undefined) return { endpoint: this.url ?? "", candidates: [], leftOut: [] };
    return advertise(this.#bound, readSurroundings(), {
      advertiseUrl: this.#advertiseUrl,
      hubUrl,
    });
  }

  #registrationFor(hubUrl: string) {
    const { title, description, tags, owner, repository, websiteUrl, icons, metadata } =
      this.#options;
    const { endpoint, candidates } = this.#advertisedTo(hubUrl);
    const { name, version } = this.#identity;
    const { leaseTtlMs, transport = "streamable-http" } = this.#options;
    const serviceKey = this.#options.serviceKey ?? (process.env.MCP_HUB_SERVICE_KEY || undefined);
    return {
      name,
      version,
      transport,
      endpoint,
      ...(candidates.length === 0 ? {} : { candidates: [...candidates] }),
      instanceId: instanceIdFor(name, endpoint),
      lease: leaseTtlMs === undefined ? {} : { ttlMs: leaseTtlMs },
      ...{ title, description, tags, owner, repository, websiteUrl, icons, metadata, serviceKey },
    };
  }

  #setStatus(status: RegisteredStatus): void {
    if (this.status === status || this.status === "closed") return;
    this.status = status;
    for (const listener of this.#listeners) listener(status);
  }

  /** From here on the program ends when nothing else keeps it. */
  #mayEnd(): void {
    this.#serving?.unref();
    clearInterval(this.#stayingAlive);
  }

  async #close(): Promise<void> {
    this.#forgetSignals();
    this.#stop.abort();
    this.#capabilities?.stop();
    // It leaves the catalogue before the port closes, so that the hub sends nobody to a closed
    // port.
    await this.#hubs.leave(leaveBudgetMs);
    this.#mayEnd();
    await this.#serving?.close();
    this.#giveBackPorts();
    this.#setStatus("closed");
  }
}
