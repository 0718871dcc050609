/** Those who want to hear of something. One that fails stops neither the others nor whoever tells them. */
export class Listeners<Told> {
  readonly #listeners = new Set<(told: Told) => void>();
  readonly #onError: (error: unknown) => void;

  /** `onError` hears what a listener threw. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Returns how to stop. */
  add(listener: (told: Told) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(told: Told): void {
    for (const listener of this.#listeners) {
      try {
        listener(told);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
