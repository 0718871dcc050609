/**
 * Which sessions changed here while their clients may listen at another hub, which then reads them again. They are
 * told by what the store knows them by.
 */
export class SessionNews {
  readonly #changed = new Set<string>();
  /** Hears that there is something to take. */
  readonly #onNews: () => void;

  constructor(onNews: () => void) {
    this.#onNews = onNews;
  }

  add(key: string): void {
    this.#changed.add(key);
    this.#onNews();
  }

  /** It is not here any more: what it is now, other hubs find in the store when they are asked for it. */
  drop(key: string): void {
    this.#changed.delete(key);
  }

  /** Those that changed since this was asked last. */
  take(): readonly string[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }
}
