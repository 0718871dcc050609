export type PlacesOptions = {
  /** How many may be taken by those that come in. */
  readonly most: number;
  /** How many may wait for one; a further one is refused. */
  readonly mostWaiting: number;
  /** Hears of each that was refused because too many wait. Default: nobody. */
  readonly onFull?: () => void;
};

/**
 * How many calls one instance works on at a time. A call that waits for its client gives its place back
 * and takes one again without waiting: it runs at the server already, so it counts, and the next that
 * waits comes in when there are fewer than `most` again.
 */
export class Places {
  readonly #options: PlacesOptions;
  readonly #waiting = new Set<() => void>();
  #taken = 0;

  constructor(options: PlacesOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get taken(): number {
    return this.#taken;
  }

  /**
   * Runs `start` when a place is free, at once or later, in the order they came. Returns what takes the
   * wish back or gives the place back; undefined when too many wait already.
   */
  enter(start: () => void): (() => void) | undefined {
    if (this.#taken < this.#options.most) {
      const leave = this.again();
      start();
      return leave;
    }
    if (this.#waiting.size >= this.#options.mostWaiting) {
      this.#options.onFull?.();
      return undefined;
    }
    let leave: (() => void) | undefined;
    const begin = () => {
      leave = this.again();
      start();
    };
    this.#waiting.add(begin);
    return () => {
      if (leave === undefined) this.#waiting.delete(begin);
      else leave();
    };
  }

  /** A place for what runs at the server already, also when there is none. Returns what gives it back. */
  again(): () => void {
    this.#taken += 1;
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      this.#taken -= 1;
      this.#admit();
    };
  }

  #admit(): void {
    for (const begin of this.#waiting) {
      if (this.#taken >= this.#options.most) return;
      this.#waiting.delete(begin);
      begin();
    }
  }
}
