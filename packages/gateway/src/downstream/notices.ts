import { Turns, type TurnsOptions } from "../turns.js";

export type NoticesOptions = Omit<TurnsOptions, "work"> & {
  /** See `GatewayOptions`. */
  readonly knownToAll: () => Promise<void>;
};

/** What telling one client counts. */
const stepsOfTelling = 20;

/** What clients are told of when every hub knows it: whoever hears of a change at one may ask another for the list. */
export class Notices {
  readonly #options: NoticesOptions;
  readonly #telling: Turns;
  /** What the next wait is for; undefined while nothing is. */
  #next: (() => void)[] | undefined;
  #known: (() => void)[] = [];
  #isClosed = false;

  constructor(options: NoticesOptions) {
    this.#options = options;
    this.#telling = new Turns({ ...options, work: () => this.#tell() });
  }

  /** Calls `tell` when every hub knows what this one knows now. */
  add(tell: () => void): void {
    if (this.#next !== undefined) {
      this.#next.push(tell);
      return;
    }
    this.#next = [tell];
    const { later = setImmediate } = this.#options;
    later(() => this.#wait());
  }

  close(): void {
    this.#isClosed = true;
    this.#telling.stop();
  }

  #wait(): void {
    const waiting = this.#next ?? [];
    this.#next = undefined;
    void this.#options.knownToAll().then(() => {
      if (this.#isClosed) return;
      for (const tell of waiting) this.#known.push(tell);
      this.#telling.start();
    });
  }

  /** Those who come after one that fails have been noted as told. */
  #tellOne(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      const { onFault } = this.#options;
      if (onFault === undefined) throw error;
      onFault(error);
    }
  }

  *#tell(): Generator<number, void> {
    while (this.#known.length > 0) {
      const known = this.#known;
      this.#known = [];
      for (const tell of known) {
        this.#tellOne(tell);
        yield stepsOfTelling;
      }
    }
  }
}
