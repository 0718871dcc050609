import type { ServerResponse } from "node:http";

const shortBytes = 16_384;

/**
 * Writes a body one step behind: what came last waits for the end of the turn, so that a short answer,
 * which comes with its end, goes out with its head in one piece.
 */
export class Tail {
  readonly #response: ServerResponse;
  #waiting: Buffer | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** False when the client should be given time to read. */
  write(chunk: Buffer): boolean {
    if (this.#waiting === undefined) queueMicrotask(() => this.#flush());
    else this.#response.write(this.#waiting);
    this.#waiting = chunk;
    return !this.#response.writableNeedDrain;
  }

  end(): void {
    const last = this.#waiting;
    this.#waiting = undefined;
    if (last === undefined) this.#response.end();
    // As text of the same bytes a short one joins the head, and both go out in one write.
    else if (last.length <= shortBytes) this.#response.end(last.toString("latin1"), "latin1");
    else this.#response.end(last);
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.#response.write(waiting);
  }
}
