import { type Answering, type Envelope, EnvelopeReader } from "../wire/envelope.js";
import type { StreamEvent } from "../wire/event-stream.js";

/** An answer that is longer is passed on while it comes, where nobody has to see the whole of it. */
export const longBytes = 262_144;

/** Takes the bytes of a long answer as they come. */
export interface Passage {
  write(piece: Buffer): void;
  /**
   * The answer is whole. `last` belongs to it and was held back until here, where its envelope shows
   * whether it is what it seemed to be; `event` has what else its event said.
   */
  end(last: Buffer, envelope: Envelope | undefined, event?: StreamEvent): void;
}

/** Takes over an answer whose result has begun, or does not. */
export type PassageFor = (answering: Answering) => Passage | undefined;

/** An answer on its way: of what goes by only the envelope is read. */
export class LongAnswer {
  readonly #reader: EnvelopeReader;
  readonly #passage: Passage;
  #held: Buffer = Buffer.alloc(0);

  private constructor(reader: EnvelopeReader, passage: Passage) {
    this.#reader = reader;
    this.#passage = passage;
  }

  /** `begun`: what came of it; it is to be written as well. Undefined when the answer must be kept whole. */
  static of(begun: Buffer, passageFor: PassageFor | undefined): LongAnswer | undefined {
    if (passageFor === undefined) return undefined;
    const reader = new EnvelopeReader();
    reader.read(begun);
    const { answering } = reader;
    reader.end();
    const passage = answering === undefined ? undefined : passageFor(answering);
    return passage === undefined ? undefined : new LongAnswer(reader, passage);
  }

  write(piece: Buffer): void {
    const wasDone = this.#reader.isDone;
    this.#reader.read(piece);
    // Space behind the end says nothing; what closes the text is what is held back.
    if (wasDone) return;
    if (this.#held.length > 0) this.#passage.write(this.#held);
    this.#held = piece;
  }

  end(event?: StreamEvent): void {
    this.#passage.end(this.#held, this.#reader.end(), event);
  }
}
