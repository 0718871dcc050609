/** Lets one thing happen at a time, in order. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Begins when what came before has ended, however it did. */
  take<Result>(run: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(run, run);
    this.#last = result;
    // Whoever took the turn hears of its failure.
    result.catch(() => {});
    return result;
  }
}
