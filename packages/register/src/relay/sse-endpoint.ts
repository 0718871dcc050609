import { Transform, type TransformCallback } from "node:stream";

const mostBytes = 64 * 1024;

/**
 * Puts an address of ours in place of the one that a server of HTTP+SSE gives for its messages, which may
 * hold a secret and leads past the relay. Everything after that event crosses as it is.
 */
export class SseEndpoint extends Transform {
  readonly #replace: (address: string) => string;
  #begun: Buffer | undefined = Buffer.alloc(0);

  /** `replace` throws when the address is none that may be called; the stream then ends with that error. */
  constructor(replace: (address: string) => string) {
    super();
    this.#replace = replace;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#begun === undefined) {
      done(null, chunk);
      return;
    }
    this.#begun = Buffer.concat([this.#begun, chunk]);
    try {
      const crossed = this.#take(this.#begun);
      done(null, crossed);
    } catch (error) {
      done(error as Error); // of `replace`, or ours below
    }
  }

  /** The bytes that may cross: those up to the end of the event, once it is whole. */
  #take(bytes: Buffer): Buffer | undefined {
    const text = bytes.toString("latin1");
    const [event, , address] =
      /^(?:.*\r?\n)*?event: ?endpoint\r?\n(data: ?)(.*?)\r?\n\r?\n/.exec(text) ?? [];
    if (event === undefined || address === undefined) {
      if (bytes.length > mostBytes) throw new Error("it names no address for messages");
      return undefined;
    }
    this.#begun = undefined;
    const own = this.#replace(Buffer.from(address, "latin1").toString("utf8").trim());
    const rest = bytes.subarray(event.length);
    return Buffer.concat([Buffer.from(`event: endpoint\ndata: ${own}\n\n`), rest]);
  }
}
