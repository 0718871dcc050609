/** The event streams that clients have asked for and do not have yet, by their sessions. */
export class OpeningStreams {
  readonly #opening = new Map<string, Set<Promise<void>>>();

  /** A client asks for one. Returns what to call when it has it, or will not: once is enough, more do no harm. */
  begin(sessionId: string): () => void {
    const opening = this.#opening.get(sessionId) ?? new Set();
    this.#opening.set(sessionId, opening);
    let end = () => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    opening.add(over);
    return () => {
      end();
      opening.delete(over);
      if (opening.size === 0 && this.#opening.get(sessionId) === opening)
        this.#opening.delete(sessionId);
    };
  }

  /**
   * Resolves when the session has those that were asked for until now, or will not; undefined where there are none.
   * Those that are asked for later do not count, so that nobody waits for longer than one of them takes.
   */
  over(sessionId: string): Promise<unknown> | undefined {
    const opening = this.#opening.get(sessionId);
    return opening && Promise.all(opening);
  }
}
