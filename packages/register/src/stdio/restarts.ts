import type { ServerProcess } from "./command.js";

/** A process that lived this long was well; its next end starts the pauses anew. Milliseconds. */
const wellAfterMs = 30_000;
const longestPauseMs = 30_000;

/**
 * Starts one process after the other for the same use: each when all of the one before is gone, and
 * after two quick ends in a row with pauses of 1 s, 2 s, 4 s and so on.
 */
export class Restarts {
  readonly #start: () => Promise<ServerProcess>;
  #current: ServerProcess | undefined;
  #quickEnds = 0;

  constructor(start: () => Promise<ServerProcess>) {
    this.#start = start;
  }

  async start(): Promise<ServerProcess> {
    await this.#current?.gone;
    await this.#pause();
    const process = await this.#start();
    const startedAt = performance.now();
    this.#current = process;
    void process.gone.then((isAccident) => {
      if (this.#current !== process) return;
      const isQuick = performance.now() - startedAt < wellAfterMs;
      this.#quickEnds = isAccident && isQuick ? this.#quickEnds + 1 : 0;
    });
    return process;
  }

  /** The process that runs goes to another use; its end is no matter here. Returns it. */
  letGo(): ServerProcess | undefined {
    const process = this.#current;
    this.#current = undefined;
    return process;
  }

  async #pause(): Promise<void> {
    const seconds = this.#quickEnds < 2 ? 0 : 2 ** (this.#quickEnds - 2);
    const pauseMs = Math.min(seconds * 1_000, longestPauseMs);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
