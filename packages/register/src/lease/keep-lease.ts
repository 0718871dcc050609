import {
  type Heartbeat,
  HubClientError,
  type LeaseClient,
  type RegisterAnswer,
  type RegistrationInput,
} from "@hub/client";
import { askAgainDelayMs, heartbeatDelayMs, retryDelayMs } from "./backoff.js";
import { sleepUnlessLate, type Time } from "./time.js";

/** What happens to a registration, for whoever tells people about it. */
export type LeaseEvent =
  | { readonly type: "registered"; readonly answer: RegisterAnswer }
  /** It is listed by the lease of another process at its endpoint, and asks for its own. */
  | { readonly type: "waiting"; readonly answer: RegisterAnswer }
  | { readonly type: "renewed" }
  | { readonly type: "failed"; readonly error: HubClientError };

export interface LeaseDependencies {
  readonly hub: Pick<LeaseClient, "register" | "renew" | "deregister" | "sendLog">;
  readonly time: Time;
  /** A number from 0 up to 1. */
  random(): number;
  /** What to register; asked anew each time. */
  registration(): RegistrationInput;
  /** What to say with the next heartbeat. */
  heartbeat(): Heartbeat;
  /** The last lines of the server, for whoever asks the hub what is wrong. Default: it has none to give. */
  readonly logText?: (() => string) | undefined;
  report(event: LeaseEvent): void;
}

/** Without a lease the hub watches by itself; saying hello again now and then survives its loss. */
const intervalWithoutLeaseMs = 30_000;

const logSpacingMs = 1_000;

/** Keeps one server registered at one hub for as long as it runs. Never throws. */
export class LeaseKeeper {
  readonly #dependencies: LeaseDependencies;
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #registering: Promise<RegisterAnswer> | undefined;
  #leaseId: string | undefined;
  /** The last lease, which proves that what was registered with it is ours, also after its end. */
  #proof: string | undefined;
  #mustRegister = true;
  #isDraining = false;
  #owesLog = false;
  #logSentAt = Number.NEGATIVE_INFINITY;

  constructor(dependencies: LeaseDependencies) {
    this.#dependencies = dependencies;
  }

  /** Resolves after `leave`, or when the hub forgot one that drains. */
  async run(): Promise<void> {
    let failures = 0;
    while (!this.#stop.signal.aborted && !(this.#isDraining && this.#mustRegister)) {
      // Before the call, so that whoever wakes us during it cuts the sleep after it short as well.
      this.#wake = new AbortController();
      const isHeartbeat = !this.#mustRegister;
      let delayMs: number;
      try {
        delayMs = await (isHeartbeat ? this.#renew() : this.#register());
        failures = 0;
      } catch (caught) {
        const error = asHubError(caught);
        if (error.status === 404 && isHeartbeat) {
          // The hub lost us, and nobody else's fault delays us; the jitter spreads a whole fleet.
          this.#mustRegister = true;
          delayMs = this.#dependencies.random() * 1_000;
        } else {
          this.#report({ type: "failed", error });
          delayMs = retryDelayMs(error, failures, this.#dependencies.random);
          failures += 1;
        }
      }
      const { time } = this.#dependencies;
      await sleepUnlessLate(time, delayMs, 2 * this.#intervalMs, this.#wake.signal);
    }
  }

  /** Something about the registration changed: say it now, or right after the call under way. */
  registerAgain(): void {
    this.#mustRegister = true;
    this.#wake.abort();
  }

  /** Sends the last lines of the server, now or with the next heartbeat. Never more than one time a second. */
  sendLog(): void {
    this.#owesLog = this.#dependencies.logText !== undefined;
    void this.#payLog();
  }

  /**
   * Says that the server is about to stop, so that it gets no new calls. Until `leave` the lease is kept.
   * Takes at most `budgetMs`; failing is no error.
   */
  async drain(budgetMs: number): Promise<void> {
    this.#isDraining = true;
    await within(budgetMs, async (budget) => {
      await this.#registering?.catch(() => {});
      const leaseId = this.#leaseId;
      if (leaseId !== undefined)
        await this.#dependencies.hub.renew(leaseId, this.#heartbeat(), budget);
    });
  }

  /** Stops the loop and deregisters. Takes at most `budgetMs`; failing is no error, the lease ends by itself. */
  async leave(budgetMs: number): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await within(budgetMs, async (budget) => {
      await this.#registering?.catch(() => {});
      const leaseId = this.#leaseId;
      this.#leaseId = undefined;
      if (leaseId !== undefined) await this.#dependencies.hub.deregister(leaseId, budget);
    });
  }

  #heartbeat(): Heartbeat {
    const said = this.#dependencies.heartbeat();
    return this.#isDraining ? { ...said, draining: true } : said;
  }

  /** Each step returns how long to wait before the next one, in milliseconds. */
  async #register(): Promise<number> {
    const { hub, registration, random } = this.#dependencies;
    this.#mustRegister = false;
    try {
      this.#registering = hub.register(registration(), undefined, this.#proof);
      const answer = await this.#registering;
      this.#leaseId = answer.lease?.id;
      this.#proof = answer.lease?.id ?? this.#proof;
      if (answer.lease === undefined && answer.retryAfterMs !== undefined) {
        this.#mustRegister = true;
        this.#report({ type: "waiting", answer });
        return askAgainDelayMs(answer.retryAfterMs, random);
      }
      this.#report({ type: "registered", answer });
      void this.#payLog();
      if (answer.lease !== undefined) return random() * this.#interval(answer.lease.heartbeatMs);
      this.#mustRegister = true;
      return heartbeatDelayMs(intervalWithoutLeaseMs, random);
    } catch (error) {
      this.#mustRegister = true;
      throw error;
    } finally {
      this.#registering = undefined;
    }
  }

  async #renew(): Promise<number> {
    const { hub, random } = this.#dependencies;
    const { heartbeatMs, wantsLog } = await hub.renew(
      this.#leaseId ?? "",
      this.#heartbeat(),
      this.#stop.signal,
    );
    this.#report({ type: "renewed" });
    if (wantsLog === true) this.sendLog();
    else void this.#payLog();
    return heartbeatDelayMs(this.#interval(heartbeatMs), random);
  }

  /** Beside the heartbeats, which it never delays: what fails is tried again after the next one, or given up. */
  async #payLog(): Promise<void> {
    const { hub, logText, time } = this.#dependencies;
    const leaseId = this.#leaseId;
    const nowMs = time.monotonicMs();
    if (!this.#owesLog || logText === undefined || leaseId === undefined) return;
    if (nowMs - this.#logSentAt < logSpacingMs) return;
    this.#logSentAt = nowMs;
    this.#owesLog = false;
    try {
      await hub.sendLog(leaseId, logText(), this.#stop.signal);
    } catch (error) {
      // A hub that says no, such as an older one, says it again. The lines may also be wrong in themselves.
      this.#owesLog ||= HubClientError.is(error) && !(error.status >= 400 && error.status < 500);
    }
  }

  /** The hub dictates, within reason: neither a flood nor a heartbeat that never comes. */
  #interval(heartbeatMs: number): number {
    this.#intervalMs = Math.min(Math.max(Number(heartbeatMs) || 10_000, 250), 3_600_000);
    return this.#intervalMs;
  }
  #intervalMs = 10_000;

  #report(event: LeaseEvent): void {
    if (!this.#stop.signal.aborted) this.#dependencies.report(event);
  }
}

/** Ends with `work`, whatever comes of it, or after `budgetMs`. */
async function within(
  budgetMs: number,
  work: (budget: AbortSignal) => Promise<void>,
): Promise<void> {
  const budget = AbortSignal.timeout(budgetMs);
  const isOver = new Promise<void>((resolve) => budget.addEventListener("abort", () => resolve()));
  await Promise.race([work(budget).catch(() => {}), isOver]);
}

function asHubError(error: unknown): HubClientError {
  if (HubClientError.is(error)) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new HubClientError({ status: 0, code: "UNREACHABLE", detail }, { cause: error });
}
