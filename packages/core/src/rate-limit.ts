const minuteMs = 60_000;
/** What adding up fractions may lose. */
const lostMs = 0.001;
/** How many of those that came first are looked at for one that can be forgotten. */
const lookedAt = 8;

type RateLimitOptions = {
  /** How many each may take at once, and in every further minute. */
  readonly perMinute: number;
  /** Milliseconds that only grow. */
  readonly now: () => number;
  /** Of how many the limit knows what they took; of more, it forgets whoever took least. Default: 10,000. */
  readonly mostKnown?: number;
};

/**
 * A token bucket for each of many. It holds what one may take in a minute and fills evenly. Of a bucket only the
 * moment is kept at which it will be full again, so one that is full is no different from one that never was.
 */
export class RateLimit {
  readonly #fullAt = new Map<string, number>();
  readonly #intervalMs: number;
  readonly #now: () => number;
  readonly #mostKnown: number;

  constructor({ perMinute, now, mostKnown = 10_000 }: RateLimitOptions) {
    this.#intervalMs = minuteMs / perMinute;
    this.#now = now;
    this.#mostKnown = mostKnown;
  }

  /** Takes one: 0 when there was one, else how many milliseconds later there will be, and none is taken. */
  take(who: string): number {
    const now = this.#now();
    const known = this.#fullAt.get(who);
    const waitMs = this.#waitMs(known, now);
    if (waitMs > 0) return waitMs;
    if (known === undefined) this.#makeRoom(now);
    this.#fullAt.set(who, Math.max(known ?? now, now) + this.#intervalMs);
    return 0;
  }

  /** How many milliseconds until there is one to take. */
  waitMs(who: string): number {
    return this.#waitMs(this.#fullAt.get(who), this.#now());
  }

  /** Of how many it knows what they took. */
  get size(): number {
    return this.#fullAt.size;
  }

  /** Who took most lately, and how many of them are not filled up yet. */
  get largest(): { readonly used: number; readonly by?: string } {
    let [by, last] = ["", this.#now()];
    for (const [who, fullAt] of this.#fullAt) if (fullAt > last) [by, last] = [who, fullAt];
    if (by === "") return { used: 0 };
    return { used: Math.ceil((last - this.#now()) / this.#intervalMs), by };
  }

  #waitMs(fullAt: number | undefined, now: number): number {
    if (fullAt === undefined) return 0;
    const waitMs = fullAt + this.#intervalMs - minuteMs - now;
    return waitMs > lostMs ? waitMs : 0;
  }

  #makeRoom(now: number): void {
    if (this.#fullAt.size < this.#mostKnown) return;
    let [least, leastAt] = ["", Number.POSITIVE_INFINITY];
    const first = [...firstOf(this.#fullAt, lookedAt)];
    for (const [who, fullAt] of first) if (fullAt < leastAt) [least, leastAt] = [who, fullAt];
    for (const [who, fullAt] of first) {
      this.#fullAt.delete(who);
      // The others are looked at again when all have been.
      if (who !== least && fullAt > now) this.#fullAt.set(who, fullAt);
    }
  }
}

function* firstOf<T>(all: Iterable<T>, count: number): Generator<T> {
  let left = count;
  for (const one of all) {
    if (left === 0) return;
    left -= 1;
    yield one;
  }
}
