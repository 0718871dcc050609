import { HubLinks } from "./hub-links.js";
import { instanceIdFor } from "./instance-id.js";
import { type Log, logToStderr } from "./log.js";
import { tellMisspeltSettings } from "./misspelt-settings.js";
import { isHttpUrl, type MembershipOptions } from "./options.js";
import type { RunningCalls } from "./serve/running-calls.js";
import { leaveBudgetMs, leaveOnSignal } from "./shutdown.js";

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

export interface Identity {
  readonly name: string;
  readonly version: string | undefined;
}

/** What a membership asks of whoever serves the server. */
export interface MemberPlace {
  /** Where the server is, as a hub should be told. */
  placeFor(hubUrl: string): { readonly endpoint: string; readonly candidates: readonly string[] };
  /** What the server offers, as one text that changes with it; undefined when that is not known. */
  capabilitiesHash(): string | undefined;
  /** The calls that are finished before the end. Default: they run elsewhere. */
  readonly running?: RunningCalls | undefined;
  /** The process was asked to end: from now on nothing here may keep it running. */
  onEnding(): void;
}

/** How long calls that run may hold up the end, in milliseconds: what a container usually has, less what leaving takes. */
const usualDrainMs = 8_000;

/** One server at its hubs: what is said of it there, how it stands there, and how it leaves. */
export class Membership {
  status: RegisteredStatus = "starting";
  /** Until it is known, nothing is registered. */
  identity: Identity = { name: "", version: undefined };
  readonly log: Log;
  /** What somebody said the hub should use. */
  readonly advertiseUrl: string | undefined;
  readonly #options: MembershipOptions;
  readonly #place: MemberPlace;
  readonly #hubs: HubLinks;
  readonly #listeners = new Set<(status: RegisteredStatus) => void>();
  readonly #forgetSignals: () => void;
  #leaving: Promise<void> | undefined;

  constructor(options: MembershipOptions, place: MemberPlace) {
    this.#options = options;
    this.#place = place;
    this.log = options.log ?? logToStderr;
    tellMisspeltSettings(process.env, this.log);
    this.advertiseUrl = options.advertiseUrl ?? this.#advertiseUrlOfEnvironment();
    this.#hubs = new HubLinks({
      hubUrl: options.hubUrl,
      token: options.token,
      log: this.log,
      registrationFor: (hubUrl) => this.#registrationFor(hubUrl),
      capabilitiesHash: () => place.capabilitiesHash(),
      advertiseUrl: this.advertiseUrl,
      lastLines: options.lastLines,
      onStatus: (status) => this.setStatus(status),
    });
    this.#forgetSignals =
      options.signals === false
        ? () => {}
        : leaveOnSignal(async () => {
            place.onEnding();
            await this.leave();
          });
  }

  /** The first hub, for guesses about where it stands. */
  get firstHubUrl(): string {
    return this.#hubs.firstUrl;
  }

  onStatus(listener: (status: RegisteredStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** `closed` stays. */
  setStatus(status: RegisteredStatus): void {
    if (this.status === status || this.status === "closed") return;
    this.status = status;
    for (const listener of this.#listeners) listener(status);
  }

  /** Registers, and from now on beats. Does nothing once it has left. */
  start(): void {
    if (this.#leaving !== undefined) return;
    this.setStatus("registering");
    this.#hubs.start();
  }

  /** What is said of the server has changed. */
  registerAgain(): void {
    this.#hubs.registerAgain();
  }

  /** Sends the last lines of the server to all hubs. */
  sendLog(): void {
    this.#hubs.sendLog();
  }

  /** From now on a signal is no reason to deregister. */
  forgetSignals(): void {
    this.#forgetSignals();
  }

  /**
   * Deregisters, within `leaveBudgetMs` whatever the hubs do. While calls run, the hubs first hear that it
   * is about to stop; they have `drainMs` in all to end.
   */
  leave(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  async #leave(): Promise<void> {
    const { running } = this.#place;
    const { drainMs = usualDrainMs } = this.#options;
    const end = performance.now() + drainMs;
    if (running !== undefined && running.size > 0) {
      this.log({ level: "info", message: `finishing ${callsText(running.size)} before the end` });
      await Promise.all([running.whenOver(drainMs), this.#hubs.drain(leaveBudgetMs)]);
    }
    await this.#hubs.leave(leaveBudgetMs);
    // What the hubs sent until now, such as calls in a session that began here.
    await running?.whenQuiet(end - performance.now());
  }

  /** A program is not responsible for its environment, so a wrong variable is reported and ignored. */
  #advertiseUrlOfEnvironment(): string | undefined {
    const url = process.env.MCP_HUB_ADVERTISE_URL || undefined;
    if (url === undefined || isHttpUrl(url)) return url;
    const message = `MCP_HUB_ADVERTISE_URL is ${JSON.stringify(url)}, which is not an http(s) URL, so it is ignored`;
    this.log({ level: "error", message });
    return undefined;
  }

  #registrationFor(hubUrl: string) {
    const { title, description, tags, owner, repository, websiteUrl, icons, metadata } =
      this.#options;
    const { endpoint, candidates } = this.#place.placeFor(hubUrl);
    const { name, version } = this.identity;
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
}

function callsText(count: number): string {
  return count === 1 ? "1 call that runs" : `${count} calls that run`;
}
