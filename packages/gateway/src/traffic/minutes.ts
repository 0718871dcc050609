const minuteMs = 60_000;
/** An hour, for a chart. */
const kept = 60;

/** One minute of the last hour. */
export type MinuteFigures = {
  /** Its beginning, by the wall clock. */
  readonly at: number;
  readonly calls: number;
  readonly errors: number;
};

/** The minutes of the last hour in which calls ended, in a ring that counting allocates nothing for. */
export class Minutes {
  /** Which minute since 1970 a place in the ring counts for. */
  readonly #minutes = new Uint32Array(kept);
  readonly #calls = new Uint32Array(kept);
  readonly #errors = new Uint32Array(kept);

  count(wall: number, isError: boolean): void {
    this.add(wall, 1, isError ? 1 : 0);
  }

  add(wall: number, calls: number, errors: number): void {
    const minute = Math.floor(wall / minuteMs);
    const place = minute % kept;
    if (this.#minutes[place] !== minute) {
      this.#minutes[place] = minute;
      this.#calls[place] = 0;
      this.#errors[place] = 0;
    }
    this.#calls[place] = (this.#calls[place] ?? 0) + calls;
    this.#errors[place] = (this.#errors[place] ?? 0) + errors;
  }

  /** All of the last hour, the oldest first; the last one is still going on. */
  list(wall: number): MinuteFigures[] {
    const last = Math.floor(wall / minuteMs);
    return Array.from({ length: kept }, (_, index) => {
      const minute = last - kept + 1 + index;
      const place = minute % kept;
      const isCounted = this.#minutes[place] === minute;
      return {
        at: minute * minuteMs,
        calls: isCounted ? (this.#calls[place] ?? 0) : 0,
        errors: isCounted ? (this.#errors[place] ?? 0) : 0,
      };
    });
  }
}

/**
 * Calls of the last 60 seconds, from the counts of this minute and the one before: that one weighs
 * as much of it as lies within the 60 seconds, by a clock that never jumps. Exact for even traffic, and three numbers in size.
 */
export class Rate {
  #minute = 0;
  #calls = 0;
  #before = 0;

  count(now: number, calls = 1): void {
    const minute = Math.floor(now / minuteMs);
    if (minute !== this.#minute) {
      this.#before = minute === this.#minute + 1 ? this.#calls : 0;
      this.#calls = 0;
      this.#minute = minute;
    }
    this.#calls += calls;
  }

  perMinute(now: number): number {
    const minute = Math.floor(now / minuteMs);
    const stillWithin = 1 - (now % minuteMs) / minuteMs;
    if (minute === this.#minute) return this.#calls + this.#before * stillWithin;
    return minute === this.#minute + 1 ? this.#calls * stillWithin : 0;
  }
}
