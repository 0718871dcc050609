import { Shares } from "@hub/core/limits";

export type PlacesOptions = {
  /** How many may be taken by those that come in, until `allow` says otherwise. */
  readonly most: number;
  /** How many may wait for one, shared between peers (see `Shares`); a further one is refused. */
  readonly mostWaiting: number;
  /** Hears of each that was refused because too many wait. Default: nobody. */
  readonly onFull?: () => void;
};

/**
 * How many calls one instance works on at a time. A call that waits for its client gives its place back
 * and takes one again without waiting: it runs at the server already, so it counts, and the next that
 * waits comes in when there are fewer than `most` again. Peers that wait come in by turns, each with the
 * one that waits longest, so that many of one peer keep no other peer waiting.
 */
export class Places {
  readonly #options: PlacesOptions;
  /** Who waits, by peer; the peer whose turn it is comes first. */
  readonly #lines = new Map<string, Set<() => void>>();
  readonly #waiting: Shares;
  #most: number;
  #taken = 0;

  constructor(options: PlacesOptions) {
    this.#options = options;
    this.#most = options.most;
    this.#waiting = new Shares(options.mostWaiting);
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get taken(): number {
    return this.#taken;
  }

  /** From now on so many may be taken; those that are, stay. */
  allow(most: number): void {
    if (most === this.#most) return;
    this.#most = most;
    this.#admit();
  }

  /**
   * Runs `start` when a place is free, at once or later. Returns what takes the wish back or gives the
   * place back; undefined when too many wait already.
   */
  enter(start: () => void, peer: string): (() => void) | undefined {
    if (this.#taken < this.#most) {
      const leave = this.again();
      start();
      return leave;
    }
    let leave: (() => void) | undefined;
    const begin = () => {
      stopWaiting();
      leave = this.again();
      start();
    };
    const wish = { isUsed: true, end: () => undefined };
    const stopWaiting = () => {
      this.#waiting.leave(peer, wish);
      const line = this.#lines.get(peer);
      line?.delete(begin);
      if (line?.size === 0) this.#lines.delete(peer);
    };
    if (!this.#waiting.admit(peer, wish)) {
      this.#options.onFull?.();
      return undefined;
    }
    const line = this.#lines.get(peer) ?? new Set();
    this.#lines.set(peer, line.add(begin));
    return () => {
      if (leave === undefined) stopWaiting();
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
    while (this.#taken < this.#most) {
      const [next] = this.#lines;
      if (next === undefined) return;
      const [peer, line] = next;
      const [begin] = line;
      // The next turn is another peer's.
      this.#lines.delete(peer);
      this.#lines.set(peer, line);
      begin?.();
    }
  }
}
