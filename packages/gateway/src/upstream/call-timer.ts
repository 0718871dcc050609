/** In milliseconds. `waitMs`: until it is sent. Default: as long as it may be silent. */
export type CallTimes = {
  readonly callTimeoutMs: number;
  readonly callCapMs: number;
  readonly waitMs?: number;
};

/** Why its time is over: nothing came for so long, or it took so long in all. */
export type TimeOver = { readonly afterMs: number; readonly isSilent: boolean };

/**
 * Ends a call that is silent for too long, or takes too long in all. Silence does not count while a person is asked,
 * and neither does what came while the hub waited for the processor: that is read before anybody is taken for silent.
 */
export class CallTimer {
  readonly #limits: CallTimes;
  readonly #onTimeout: (over: TimeOver) => void;
  readonly #began = performance.now();
  #timer: NodeJS.Timeout;
  #lastSign = this.#began;
  #isOver = false;
  #pauses = 0;
  /** How long nothing may come. */
  #silentMs: number;

  constructor(limits: CallTimes, onTimeout: (over: TimeOver) => void) {
    this.#limits = limits;
    this.#onTimeout = onTimeout;
    this.#silentMs = limits.waitMs ?? limits.callTimeoutMs;
    this.#timer = this.#lookIn(this.#silentMs);
  }

  /** The call went out: until now it waited in the hub, from here on silence is the server's. */
  sent(): void {
    this.touch();
    const { callTimeoutMs } = this.#limits;
    if (this.#isOver || this.#silentMs === callTimeoutMs) return;
    this.#silentMs = callTimeoutMs;
    clearTimeout(this.#timer);
    this.#timer = this.#lookIn(callTimeoutMs);
  }

  /** Something came. */
  touch(): void {
    if (this.#isOver) return;
    // The timer looks at it when it fires: to set it anew with every sign would cost more than the sign.
    this.#lastSign = performance.now();
    // Who is never silent for long meets the cap here.
    if (this.#lastSign - this.#began >= this.#limits.callCapMs)
      this.#end(this.#limits.callCapMs, false);
  }

  /** The server waits for an answer; it is not its fault that nothing comes. */
  pause(): void {
    this.#pauses += 1;
  }

  resume(): void {
    this.#pauses = Math.max(0, this.#pauses - 1);
    this.touch();
  }

  clear(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  /** `isAllRead`: what had come when the time was up was read. Timers go before that in a turn of the event loop. */
  #silent(isAllRead = false): void {
    if (this.#isOver) return;
    const { callCapMs } = this.#limits;
    const silentMs = this.#silentMs;
    const now = performance.now();
    const leftMs = this.#lastSign + silentMs - now;
    if (this.#pauses > 0) {
      if (now - this.#began >= callCapMs) this.#end(callCapMs, false);
      else this.#timer = this.#lookIn(silentMs);
    } else if (leftMs >= 1) this.#timer = this.#lookIn(leftMs);
    else if (isAllRead) this.#end(silentMs, true);
    else setImmediate(() => this.#silent(true));
  }

  #lookIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#silent(), ms);
  }

  #end(afterMs: number, isSilent: boolean): void {
    this.clear();
    this.#onTimeout({ afterMs, isSilent });
  }
}
