import { type Envelope, EnvelopeReader, LineCutter } from "@hub/mcp";
import type { McpType } from "../upstream/answer-head.js";

const colon = 58;
const field = "data";
/** As bytes of UTF-8, one character each. */
const byteOrderMark = "\u00ef\u00bb\u00bf";
const longestHead = byteOrderMark.length + field.length;

/**
 * Reads the envelopes of the messages in an answer whose bytes only go by: it keeps none of them. `kind`
 * is how the answer is framed, as one JSON text or as events.
 */
export class AnswerReader {
  readonly #onMessage: (envelope: Envelope) => void;
  readonly #message = new EnvelopeReader();
  readonly #lines: LineCutter | undefined;
  /** The name of the line's field, until its value begins; undefined for what is passed over. */
  #head: string | undefined = "";
  #isData = false;
  #hasData = false;

  constructor(kind: McpType, onMessage: (envelope: Envelope) => void) {
    this.#onMessage = onMessage;
    this.#lines = kind === "events" ? new LineCutter() : undefined;
  }

  push(chunk: Buffer): void {
    if (this.#lines === undefined) this.#message.read(chunk);
    else this.#lines.cut(chunk, (from, to, isEnd) => this.#piece(chunk, from, to, isEnd));
  }

  /** The answer is over. An event that did not end is none. */
  end(): void {
    if (this.#lines === undefined) this.#tell();
  }

  #piece(chunk: Buffer, from: number, to: number, isEnd: boolean): void {
    const at = this.#isData ? from : this.#readHead(chunk, from, to);
    if (this.#isData) this.#message.read(chunk, at, to);
    if (!isEnd) return;
    if (this.#isData) this.#message.endLine();
    else if (this.#head === "" && this.#hasData) {
      this.#hasData = false;
      this.#tell();
    }
    this.#head = "";
    this.#isData = false;
  }

  /** Returns where the value begins, when this is a line of data. */
  #readHead(chunk: Buffer, from: number, to: number): number {
    let at = from;
    while (at < to && this.#head !== undefined) {
      const byte = chunk[at] ?? colon;
      at += 1;
      if (byte === colon) {
        this.#isData = this.#head === field || this.#head === byteOrderMark + field;
        this.#hasData ||= this.#isData;
        this.#head = undefined;
      } else if (this.#head.length === longestHead) this.#head = undefined;
      else this.#head += String.fromCharCode(byte);
    }
    return at;
  }

  #tell(): void {
    const envelope = this.#message.end();
    if (envelope !== undefined) this.#onMessage(envelope);
  }
}
