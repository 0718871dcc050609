export type RecentOptions = {
  /** How many at most, twice over. */
  readonly most: number;
  /** So long, and at most twice that, what was found is known without being asked for again. */
  readonly forMs: number;
};

/**
 * What was found of some texts a short time ago. Holds the texts themselves, so: only such as are right, whose
 * senders know them; what is unknown costs the same each time, and no answer tells how near it came. Whoever asks
 * looks whether what was found still holds.
 */
export class Recent<Value> {
  readonly #most: number;
  readonly #forMs: number;
  /** The second holds what the first held before it was full, or old. */
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  #since = 0;

  constructor({ most, forMs }: RecentOptions) {
    this.#most = most;
    this.#forMs = forMs;
  }

  /** `now` is in milliseconds since any moment, the same as for the other calls. */
  get(text: string, now: number): Value | undefined {
    this.age(now);
    return this.#young.get(text) ?? this.#again(text, now);
  }

  set(text: string, value: Value, now: number): void {
    if (this.#young.size >= this.#most) this.#turn(now);
    this.#young.set(text, value);
  }

  /** Forgets what nobody asked for lately. */
  age(now: number): void {
    const sinceMs = Math.abs(now - this.#since);
    if (sinceMs < this.#forMs) return;
    if (sinceMs >= 2 * this.#forMs) this.#young = new Map();
    this.#turn(now);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }

  #again(text: string, now: number): Value | undefined {
    const value = this.#old.get(text);
    if (value !== undefined) this.set(text, value, now);
    return value;
  }

  #turn(now: number): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#since = now;
  }
}
