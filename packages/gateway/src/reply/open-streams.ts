/** A stream of events that is open towards a client. */
export interface OpenStream {
  /** Sends what means nothing, and shows that the other side lives. */
  comment(): void;
}

/**
 * All streams of events that are open towards clients, also those of calls. Clients and what stands between
 * give up a stream that brings no byte for some minutes, however long they would wait for the answer.
 */
export class OpenStreams {
  readonly #streams = new Set<OpenStream>();

  add(stream: OpenStream): void {
    this.#streams.add(stream);
  }

  delete(stream: OpenStream): void {
    this.#streams.delete(stream);
  }

  keepAlive(): void {
    for (const stream of this.#streams) stream.comment();
  }
}
