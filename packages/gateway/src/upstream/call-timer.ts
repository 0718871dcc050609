import type { GatewayLimits } from "../limits.js";

/** Ends a call that is silent for too long, or takes too long in all. Silence does not count while a person is asked. */
export class CallTimer {
  readonly #limits: Pick<GatewayLimits, "callTimeoutMs" | "callCapMs">;
  readonly #onTimeout: (afterMs: number) => void;
  readonly #began = performance.now();
  readonly #timer: NodeJS.Timeout;
  #isOver = false;
  #pauses = 0;

  constructor(
    limits: Pick<GatewayLimits, "callTimeoutMs" | "callCapMs">,
    onTimeout: (afterMs: number) => void,
  ) {
    this.#limits = limits;
    this.#onTimeout = onTimeout;
    this.#timer = setTimeout(() => this.#silent(), limits.callTimeoutMs);
  }

  /** Something came. */
  touch(): void {
    if (this.#isOver) return;
    // Who is never silent for long meets the cap here.
    if (this.#isTooLong()) this.#end(this.#limits.callCapMs);
    else this.#timer.refresh();
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
    if (this.#pauses === 0) this.#end(this.#limits.callTimeoutMs);
    else if (this.#isTooLong()) this.#end(this.#limits.callCapMs);
    else this.#timer.refresh();
  }

  #isTooLong(): boolean {
    return performance.now() - this.#began >= this.#limits.callCapMs;
  }

  #end(afterMs: number): void {
    this.clear();
    this.#onTimeout(afterMs);
  }
}
