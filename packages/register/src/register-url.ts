import { describeUrl } from "./describe-url.js";
import { systemTime } from "./lease/time.js";
import { loggedUrl } from "./logged-url.js";
import { Membership, type RegisteredStatus } from "./membership.js";
import { checkOptions, longestTimerMs, type MembershipOptions } from "./options.js";
import type { RunningCalls } from "./serve/running-calls.js";
import { urlOf } from "./url-target.js";

/** A server that is served elsewhere, kept registered. */
export interface RegisteredUrl {
  /** Resolves, with this object, once something answers at the URL. Never waits for a hub. */
  readonly ready: Promise<RegisteredUrl>;
  /** The URL that is registered; `undefined` before `ready`. */
  readonly url: string | undefined;
  readonly status: RegisteredStatus;
  /** Calls back at each change of `status`; returns the way to stop it. */
  onStatus(listener: (status: RegisteredStatus) => void): () => void;
  /** Deregisters, within 2 s, whatever the hub does. */
  close(): Promise<void>;
}

/**
 * Keeps the server at a URL registered with MCP Hub for as long as the process runs: by this program, or by
 * any other. It keeps the program alive until `close()` or a signal (`keepAlive: false`: as long as something
 * else does).
 *
 * Returns at once. A hub that is away, slow or unwilling never delays or breaks the program.
 * @throws TypeError when the URL or an option can never work.
 */
export function registerUrl(url: string | URL, options: MembershipOptions = {}): RegisteredUrl {
  return registerAnsweredUrl(url, options, undefined);
}

/** The same, where `running` are the calls that this process answers there, and finishes at the end. */
export function registerAnsweredUrl(
  url: string | URL,
  options: MembershipOptions,
  running: RunningCalls | undefined,
): RegisteredUrl {
  const checked = urlOf(String(url), "registerUrl");
  checkOptions(options);
  return new UrlRegistration(checked, options, running);
}

class UrlRegistration implements RegisteredUrl {
  readonly ready: Promise<RegisteredUrl>;
  url: string | undefined;
  readonly #options: MembershipOptions;
  readonly #membership: Membership;
  readonly #stop = new AbortController();
  /** It opens no port, so nothing else would keep the program running, and its lease would expire. */
  readonly #stayingAlive: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  constructor(url: string, options: MembershipOptions, running: RunningCalls | undefined) {
    this.#options = options;
    this.#membership = new Membership(options, {
      placeFor: () => ({ endpoint: this.url ?? url, candidates: [] }),
      // Only its server knows when its lists change.
      capabilitiesHash: () => undefined,
      running,
      onEnding: () => clearInterval(this.#stayingAlive),
    });
    if (options.keepAlive !== false) this.#stayingAlive = setInterval(() => {}, longestTimerMs);
    this.ready = this.#start(url);
  }

  get status(): RegisteredStatus {
    return this.#membership.status;
  }

  onStatus(listener: (status: RegisteredStatus) => void): () => void {
    return this.#membership.onStatus(listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #start(url: string): Promise<RegisteredUrl> {
    const { log, advertiseUrl } = this.#membership;
    // The program may still begin to listen in the rest of this tick.
    await new Promise((resolve) => setImmediate(resolve));
    const description = await describeUrl(url, {
      time: systemTime,
      signal: this.#stop.signal,
      onWaiting: (reason) =>
        log({
          level: "warn",
          message: `nothing answers at ${loggedUrl(url)} yet (${reason.replaceAll(url, loggedUrl(url))}); will register when it does`,
        }),
    });
    if (this.#stop.signal.aborted) return this;
    this.#membership.identity = {
      name: this.#options.name ?? description?.name ?? new URL(url).host,
      version: this.#options.version ?? description?.version,
    };
    this.url = advertiseUrl ?? url;
    this.#membership.start();
    return this;
  }

  async #close(): Promise<void> {
    this.#membership.forgetSignals();
    this.#stop.abort();
    await this.#membership.leave();
    clearInterval(this.#stayingAlive);
    this.#membership.setStatus("closed");
  }
}
