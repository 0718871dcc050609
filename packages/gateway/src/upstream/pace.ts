export type PaceOptions = {
  /** Units that may be spent at once, after a while of rest. */
  readonly burst: number;
  readonly perSecond: number;
  /** A clock in milliseconds that is never set back. */
  readonly now: () => number;
};

/** Who has spent all waits for this much, so that it does not wake for each unit. */
const leastRestMs = 50;

/** A rate of work: units are spent when it is done, and come back with time. */
export class Pace {
  readonly #options: PaceOptions;
  #left: number;
  #at: number;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#left = options.burst;
    this.#at = options.now();
  }

  /** May spend more than is left: the rest of the work waits for it. */
  spend(units: number): void {
    this.#refill();
    this.#left -= units;
  }

  /** How long to wait with more work, in milliseconds: 0 while anything is left. */
  get waitMs(): number {
    this.#refill();
    if (this.#left > 0) return 0;
    return leastRestMs - (this.#left * 1_000) / this.#options.perSecond;
  }

  #refill(): void {
    const { burst, perSecond, now } = this.#options;
    const at = now();
    this.#left = Math.min(burst, this.#left + ((at - this.#at) * perSecond) / 1_000);
    this.#at = at;
  }
}
