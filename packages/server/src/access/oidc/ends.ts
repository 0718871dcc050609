const lookEveryMs = 500;

/** When the last token of each principal ends. Whoever gets a new one before that goes on. */
export class Ends {
  readonly #now: () => number;
  /** By the id of the principal, in milliseconds since 1970. */
  readonly #until = new Map<string, number>();
  readonly #listeners = new Set<(principalId: string) => void>();
  #timer: NodeJS.Timeout | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A principal has a token that ends at `until`. */
  extend(principalId: string, until: number): void {
    this.#until.set(principalId, Math.max(until, this.#until.get(principalId) ?? 0));
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
    this.#timer.unref();
  }

  /** Whether the last token that was seen of it has ended, and nobody was told yet. */
  isOver(principalId: string): boolean {
    const until = this.#until.get(principalId);
    return until !== undefined && until <= this.#now();
  }

  /** Calls `listener` when the last token of a principal has ended. */
  onEnd(listener: (principalId: string) => void): void {
    this.#listeners.add(listener);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#until.clear();
  }

  #look(): void {
    for (const id of [...this.#until.keys()].filter((one) => this.isOver(one))) {
      this.#until.delete(id);
      for (const listener of this.#listeners) listener(id);
    }
    if (this.#until.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
