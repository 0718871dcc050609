import type { BudgetBook } from "@hub/core";
import { type ByteShares, settingOf } from "@hub/core/limits";
import { errorText, type JsonRpcId, type StreamEvent } from "@hub/mcp";
import { failureError } from "../errors.js";
import type { LongReply } from "./long-reply.js";
import { type Answer, PartReply, textOf } from "./part-reply.js";
import { sharerOf } from "./peer.js";
import type { Reply } from "./reply.js";

/** What is kept until it can be sent, and the bytes that were taken for it. */
type Kept = { readonly answer: Answer; readonly event?: StreamEvent; readonly bytes: number };

/** An answer of up to this many bytes is sent as one. */
const mostWhole = 128 * 1024;
/** What one more piece of an answer costs beside its own bytes, which others may share. */
const pieceBytes = 8;

/**
 * The one HTTP answer to a batch: the responses to its requests as one JSON array, or as events where the
 * client takes a stream. It ends with the last of them. What is kept of them meanwhile has room in
 * `batchBytes`; a response that finds none is replaced with an error. They are sent one after the other, no
 * faster than the client reads. When a server says of every request that it does not know the session, the
 * whole has status 404: clients go by that.
 */
export class BatchReply {
  readonly #passesUnknown: boolean;
  readonly #whole: Reply;
  readonly #budgets: BudgetBook;
  readonly #room: ByteShares;
  readonly #peer: string;
  #kept: Kept[] = [];
  #keptBytes = 0;
  /** Pieces that were counted; several answers may have the same. */
  readonly #counted = new Set<Buffer>();
  /** The array that is being sent. */
  #array: LongReply | undefined;
  #separator = "[";
  /** Whether the client is to read first what was sent. */
  #isFull = false;
  #open = 1;
  /** Whether nothing was answered but that the session is not known. */
  #isUnknown = true;

  /** `passesUnknown`: the session is the server's own, and so is its end. */
  constructor(whole: Reply, budgets: BudgetBook, passesUnknown: boolean) {
    this.#passesUnknown = passesUnknown;
    this.#whole = whole;
    this.#budgets = budgets;
    this.#room = budgets.byteShares("batchBytes");
    this.#peer = whole.peer;
    whole.onGone(() => this.#drop());
  }

  /** The answer to its request with this id. */
  part(id: JsonRpcId | null): Reply {
    this.#open += 1;
    return new PartReply({
      whole: this.#whole,
      // The headers of one request do not decide for the others, so the stream begins with the
      // first event.
      openStream: () => undefined,
      event: (event) => this.#event(event),
      answer: (answer, status) => {
        this.#isUnknown &&= status === 404;
        this.#answer(id, answer);
      },
      over: () => this.over(),
    });
  }

  /** Sends responses as events from now on, with those that are there already. */
  openStream(): void {
    if (this.#whole.isStream) return;
    this.#whole.openStream();
    this.#send();
  }

  /** One part is over; to be called once more when all parts are made. */
  over(): void {
    this.#open -= 1;
    if (this.#open > 0) return;
    if (this.#whole.isStream) this.#send();
    else if (this.#kept.length === 0) this.#whole.empty(202);
    else if (this.#length <= mostWhole) {
      const text = `[${this.#kept.map(({ answer }) => textOf(answer)).join(",")}]`;
      this.#whole.message(text, this.#passesUnknown && this.#isUnknown ? 404 : 200);
      this.#drop();
    } else {
      this.#array = this.#whole.beginLong();
      this.#send();
    }
  }

  #event(event: StreamEvent): boolean {
    if (!this.#whole.isOpen) return true;
    this.openStream();
    const isNext = !this.#isFull && this.#kept.length === 0;
    // Behind a large answer, which the client may be reading, it is no sign that nobody reads.
    if (isNext || !this.#keep(event.data ?? "", event)) return this.#whole.event(event);
    return false;
  }

  #answer(id: JsonRpcId | null, answer: Answer): void {
    if (!this.#whole.isOpen) return;
    if (this.#keep(answer)) {
      if (this.#whole.isStream) this.#send();
      return;
    }
    this.#budgets.refused("batchBytes");
    const cause = `answers to batches of ${sharerOf(this.#peer)} already use all the memory that the hub gives it (${settingOf("batchBytes")}).`;
    const error = failureError({ code: "TOO_MANY_BYTES", cause, mayHaveRun: true });
    this.#kept.push({ answer: errorText(id, error), bytes: 0 });
  }

  /** False when there is no room for it. */
  #keep(answer: Answer, event?: StreamEvent): boolean {
    // What is sent at once needs no room.
    const isSentNow = this.#whole.isStream && !this.#isFull && this.#kept.length === 0;
    const bytes = isSentNow ? 0 : this.#bytesOf(answer);
    if (bytes > 0 && !this.#room.take(this.#peer, bytes)) return false;
    this.#keptBytes += bytes;
    this.#kept.push({ answer, bytes, ...(event === undefined ? {} : { event }) });
    if (bytes > 0 && typeof answer !== "string")
      for (const piece of answer) this.#counted.add(piece);
    return true;
  }

  /** Of all that is kept, as it will be sent. */
  get #length(): number {
    const lengths = this.#kept.map(({ answer }) =>
      typeof answer === "string" ? Buffer.byteLength(answer) : bytesIn(answer),
    );
    return lengths.reduce((sum, length) => sum + length, 0);
  }

  /** What it costs to keep an answer beside what is kept already. */
  #bytesOf(answer: Answer): number {
    if (typeof answer === "string") return Buffer.byteLength(answer);
    const own = answer.filter((piece) => !this.#counted.has(piece));
    return answer.length * pieceBytes + bytesIn(own);
  }

  /** Sends what is kept, as far as the client reads. */
  #send(): void {
    while (!this.#isFull && this.#whole.isOpen) {
      const next = this.#kept.shift();
      if (next === undefined) break;
      this.#giveBack(next.bytes);
      this.#isFull = !this.#write(next);
      if (this.#isFull)
        this.#whole.onDrain(() => {
          this.#isFull = false;
          this.#send();
        });
    }
    if (this.#open > 0 || this.#kept.length > 0) return;
    if (this.#array === undefined) this.#whole.end();
    else this.#whole.endLong(Buffer.from("]"), undefined);
  }

  /** False when the client should be given time to read. */
  #write({ answer, event }: Kept): boolean {
    if (this.#array === undefined) return this.#whole.event(event ?? { data: textOf(answer) });
    const pieces = typeof answer === "string" ? [Buffer.from(answer, "utf8")] : answer;
    const isRead = this.#array.write(Buffer.concat([Buffer.from(this.#separator), ...pieces]));
    this.#separator = ",";
    return isRead;
  }

  #drop(): void {
    this.#kept = [];
    this.#giveBack(this.#keptBytes);
  }

  #giveBack(bytes: number): void {
    this.#keptBytes -= bytes;
    this.#room.give(this.#peer, bytes);
  }
}

function bytesIn(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}
