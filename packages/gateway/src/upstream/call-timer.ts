import type { GatewayLimits } from "../limits.js";

/** Why its time is over: nothing came for so long, or it took so long in all. */
export type TimeOver = { readonly afterMs: number; readonly isSilent: boolean };

/** Ends a call that is silent for too long, or takes too long in all. Silence does not count while a person is asked. */
export class CallTimer {
  readonly #limits: Pick<GatewayLimits, "callTimeoutMs" | "callCapMs">;
  readonly #onTimeout: (over: TimeOver) => void;
  readonly #began = performance.now();
  #timer: NodeJS.Timeout;
  #lastSign = this.#began;
  #isOver = false;
  #pauses = 0;

  constructor(
    limits: Pick<GatewayLimits, "callTimeoutMs" | "callCapMs">,
    onTimeout: (over: TimeOver) => void,
  ) {
    this.#limits = limits;
    this.#onTimeout = onTimeout;
    this.#timer = this.#lookIn(limits.callTimeoutMs);
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

  #silent(): void {
    if (this.#isOver) return;
    const { callTimeoutMs, callCapMs } = this.#limits;
    const now = performance.now();
    const leftMs = this.#lastSign + callTimeoutMs - now;
    if (this.#pauses > 0) {
      if (now - this.#began >= callCapMs) this.#end(callCapMs, false);
      else this.#timer = this.#lookIn(callTimeoutMs);
    } else if (leftMs >= 1) this.#timer = this.#lookIn(leftMs);
    else this.#end(callTimeoutMs, true);
  }

  #lookIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#silent(), ms);
  }

  #end(afterMs: number, isSilent: boolean): void {
    this.clear();
    this.#onTimeout({ afterMs, isSilent });
  }
}
