const shortestMs = 1_000;
const longestMs = 60_000;

/** The pauses between attempts to hear a server: longer after each that was no good, up to a minute. */
export class RetryPause {
  #ms = shortestMs;
  #timer: NodeJS.Timeout | undefined;

  /** Runs `retry` after a pause. `isGood`: what went before was good, so the pauses are short again. */
  wait(isGood: boolean, retry: () => void): void {
    this.#ms = isGood ? shortestMs : Math.min(longestMs, this.#ms * 2);
    // Full jitter, so that a hub full of servers does not call them all at once.
    this.#timer = setTimeout(retry, Math.random() * this.#ms);
    this.#timer.unref();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
