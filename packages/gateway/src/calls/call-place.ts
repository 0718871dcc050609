import type { CallTimer } from "../upstream/call-timer.js";
import type { Places } from "../upstream/places.js";

/**
 * The place of one call, and its time. While the call waits for its client it has neither: people who
 * are slow to answer or to read, or never do, keep nobody else waiting, and the server is not to blame.
 */
export class CallPlace {
  readonly #timer: Pick<CallTimer, "pause" | "resume"> | undefined;
  readonly #peer: string;
  #places: Places | undefined;
  #leave: (() => void) | undefined;
  #hasBegun = false;
  #isOver = false;
  /** What the client has not done: questions it has not answered, and parts of the answer it has not read. */
  #open = 0;

  /** `peer`: whose call it is (see `peerOf`). */
  constructor(timer: Pick<CallTimer, "pause" | "resume"> | undefined, peer: string) {
    this.#timer = timer;
    this.#peer = peer;
  }

  /** Whether it waits for others to leave before it may begin. */
  get isWaiting(): boolean {
    return this.#leave !== undefined && !this.#hasBegun;
  }

  /**
   * Runs `start` as soon as there is a place; at once for a call that has one there already. False when
   * too many wait.
   */
  enter(places: Places, start: () => void): boolean {
    if (this.#isOver) return true;
    if (this.#places === places && this.#hasBegun && this.#leave !== undefined) {
      start();
      return true;
    }
    this.#leave?.();
    this.#places = places;
    this.#hasBegun = false;
    this.#leave = places.enter(() => {
      this.#hasBegun = true;
      start();
    }, this.#peer);
    const hasPlace = this.#leave !== undefined;
    // It may be over before it is known how to leave.
    if (this.#isOver) this.#leave?.();
    return hasPlace;
  }

  /** The server asked the client something, or the client does not read. Each is one wait. */
  waitForClient(): void {
    if (this.#isOver || !this.#hasBegun) return;
    this.#open += 1;
    this.#timer?.pause();
    if (this.#open > 1) return;
    const leave = this.#leave;
    this.#leave = undefined;
    leave?.();
  }

  /** One wait is over. With the last one the call has its place again, without waiting for it. */
  goOn(): void {
    if (this.#isOver || this.#open === 0) return;
    this.#open -= 1;
    this.#timer?.resume();
    // Its time may have been up.
    if (this.#open === 0 && !this.#isOver) this.#leave = this.#places?.again();
  }

  /** The call is over. */
  end(): void {
    this.#isOver = true;
    this.#leave?.();
  }
}
