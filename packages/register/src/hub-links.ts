import {
  defaultHubUrl,
  LeaseClient,
  parseHubUrls,
  type RegistrationInput,
  type TokenSource,
} from "@hub/client";
import { tellFinding } from "./lease/finding.js";
import { LeaseKeeper } from "./lease/keep-lease.js";
import { logText } from "./lease/log-text.js";
import { createReporter, type HubStatus } from "./lease/report.js";
import { systemTime } from "./lease/time.js";
import type { Log } from "./log.js";
import { createMask } from "./mask-secrets.js";

export interface HubLinksOptions {
  readonly hubUrl: string | readonly string[] | undefined;
  readonly token: TokenSource | undefined;
  readonly log: Log;
  /** What somebody said the hub should use, as against what was found out. */
  readonly advertiseUrl?: string | undefined;
  /** See `RegisterOptions.lastLines`. */
  readonly lastLines?: (() => string | readonly string[]) | undefined;
  registrationFor(hubUrl: string): RegistrationInput;
  capabilitiesHash(): string | undefined;
  onStatus(status: HubStatus): void;
}

/** From best to worst: what is said of several hubs at once is the best of it. */
const ranking: readonly HubStatus[] = ["registered", "lost", "registering", "refused"];

/** The registrations at all hubs, each kept by itself. */
export class HubLinks {
  readonly #options: HubLinksOptions;
  readonly #urls: readonly string[];
  readonly #keepers: LeaseKeeper[] = [];
  readonly #statuses = new Map<string, HubStatus>();
  readonly #stop = new AbortController();

  constructor(options: HubLinksOptions) {
    this.#options = options;
    this.#urls = readUrls(options);
  }

  /** The first hub, for guesses about where it stands. */
  get firstUrl(): string {
    return this.#urls[0] ?? defaultHubUrl;
  }

  start(): void {
    if (this.#urls.length === 0) this.#options.onStatus("refused");
    for (const url of this.#urls) this.#keep(url);
  }

  registerAgain(): void {
    for (const keeper of this.#keepers) keeper.registerAgain();
  }

  /** Sends the last lines of the server to all hubs. */
  sendLog(): void {
    for (const keeper of this.#keepers) keeper.sendLog();
  }

  /** Says to all hubs that the server is about to stop. */
  async drain(budgetMs: number): Promise<void> {
    await Promise.all(this.#keepers.map((keeper) => keeper.drain(budgetMs)));
  }

  async leave(budgetMs: number): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#keepers.map((keeper) => keeper.leave(budgetMs)));
  }

  #keep(url: string): void {
    const { log, token, registrationFor, capabilitiesHash, advertiseUrl, lastLines } =
      this.#options;
    const hub = new LeaseClient({ url, token });
    const { signal } = this.#stop;
    const keeper: LeaseKeeper = new LeaseKeeper({
      hub,
      time: systemTime,
      random: Math.random,
      registration: () => registrationFor(url),
      heartbeat: () => ({ capabilitiesHash: capabilitiesHash() }),
      logText:
        lastLines === undefined
          ? undefined
          : () => logText(createMask(process.env)(textOf(lastLines()))),
      report: createReporter({
        hubUrl: url,
        log,
        onStatus: (status) => this.#onStatus(url, status),
        onRegistered: (answer) =>
          void tellFinding(hub, answer, {
            time: systemTime,
            log,
            signal,
            advertiseUrl,
            onUnreached: () => keeper.sendLog(),
          }).catch((error: unknown) =>
            // Whatever a hub says of a server, it must not end the server's process.
            log({
              level: "warn",
              message: `what the hub at ${url} says of this server cannot be read: ${String(error)}`,
            }),
          ),
      }),
    });
    this.#keepers.push(keeper);
    void keeper.run();
  }

  #onStatus(url: string, status: HubStatus): void {
    this.#statuses.set(url, status);
    const known = new Set(this.#statuses.values());
    const best = ranking.find((one) => known.has(one));
    if (best !== undefined) this.#options.onStatus(best);
  }
}

const textOf = (printed: string | readonly string[]) =>
  typeof printed === "string" ? printed : printed.join("\n");

/** A hub URL that cannot be one is said, but it does not keep the server from serving. */
function readUrls({ hubUrl, log }: HubLinksOptions): readonly string[] {
  try {
    const urls = parseHubUrls(hubUrl ?? (process.env.MCP_HUB_URL || defaultHubUrl));
    return urls.length === 0 ? [defaultHubUrl] : urls;
  } catch (error) {
    log({ level: "error", message: `${(error as Error).message}. Serving without a hub` }); // a TypeError
    return [];
  }
}
