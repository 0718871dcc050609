import type { GatewayLimits } from "../limits.js";

/** Ends a call that is silent for too long, or takes too long in all. It stands still while a person is asked. */
export class CallTimer {
  readonly #silence: NodeJS.Timeout;
  readonly #cap: NodeJS.Timeout;
  #isOver = false;
  #pauses = 0;

  constructor(
    limits: Pick<GatewayLimits, "callTimeoutMs" | "callCapMs">,
    onTimeout: (afterMs: number) => void,
  ) {
    const end = (afterMs: number) => {
      if (this.#isOver) return;
      this.clear();
      onTimeout(afterMs);
    };
    this.#silence = setTimeout(() => {
      if (this.#pauses === 0) end(limits.callTimeoutMs);
    }, limits.callTimeoutMs);
    this.#cap = setTimeout(() => end(limits.callCapMs), limits.callCapMs);
  }

  /** Something came. */
  touch(): void {
    if (!this.#isOver) this.#silence.refresh();
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
    clearTimeout(this.#silence);
    clearTimeout(this.#cap);
  }
}
