import { type Answering, type Envelope, EnvelopeReader, type StreamEvent } from "@hub/mcp";

/** An answer that is longer is passed on while it comes, where nobody has to see the whole of it. */
export const longBytes = 131_072;

/** Takes the bytes of a long answer as they come. */
export interface Passage {
  write(piece: Buffer): void;
  /**
   * The answer is whole. `last` belongs to it and was held back until here, where its envelope shows
   * whether it is what it seemed to be; `event` has what else its event said.
   */
  end(last: Buffer, envelope: Envelope | undefined, event?: StreamEvent): void;
}

const nothing = Buffer.alloc(0);
const space = 32;

/** Where the last character of a text is that is no space. */
function lastOfText(bytes: Buffer): number {
  let at = bytes.length - 1;
  while (at > 0 && (bytes[at] ?? 0) <= space) at -= 1;
  return at;
}

/** Whoever may take over an answer whose result has begun. */
type PassageTaker = { onLong?(answering: Answering): Passage | undefined };

/** An answer on its way: of what goes by only the envelope is read. */
export class LongAnswer {
  readonly #reader: EnvelopeReader;
  readonly #passage: Passage;
  /** What closes the text. */
  #held: Buffer = nothing;

  private constructor(reader: EnvelopeReader, passage: Passage) {
    this.#reader = reader;
    this.#passage = passage;
  }

  /** `begun`: what came of it; it is to be written as well. Undefined when the answer must be kept whole. */
  static of(begun: Buffer, taker: PassageTaker): LongAnswer | undefined {
    if (taker.onLong === undefined) return undefined;
    const reader = new EnvelopeReader();
    reader.read(begun);
    const { answering } = reader;
    reader.end();
    const passage = answering === undefined ? undefined : taker.onLong(answering);
    return passage === undefined ? undefined : new LongAnswer(reader, passage);
  }

  write(piece: Buffer): void {
    if (this.#reader.isDone || this.#reader.isBroken) {
      // Space behind the end says nothing, and anything else shows that this is no message.
      this.#reader.read(piece);
      return;
    }
    this.#reader.read(piece);
    if (this.#reader.isBroken) return;
    const end = this.#reader.isDone ? lastOfText(piece) : piece.length;
    if (end > 0) this.#passage.write(piece.subarray(0, end));
    this.#held = Buffer.from(piece.subarray(end, end + 1));
  }

  end(event?: StreamEvent): void {
    this.#passage.end(this.#held, this.#reader.end(), event);
  }
}
