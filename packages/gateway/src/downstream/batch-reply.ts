import type { StreamEvent } from "../wire/event-stream.js";
import { PartReply, type SharedAnswer } from "./part-reply.js";
import type { Reply } from "./reply.js";

/**
 * The one HTTP answer to a batch: the responses to its requests as one JSON array, or as events where the
 * client takes a stream. It ends with the last of them.
 */
export class BatchReply implements SharedAnswer {
  readonly whole: Reply;
  readonly #texts: string[] = [];
  #open = 1;

  constructor(whole: Reply) {
    this.whole = whole;
  }

  /** The answer to one of its requests. */
  part(): Reply {
    this.#open += 1;
    return new PartReply(this);
  }

  /** Sends responses as events from now on, with those that are there already. */
  openStream(): void {
    this.whole.openStream();
    for (const data of this.#texts.splice(0)) this.whole.event({ data });
  }

  event(event: StreamEvent): boolean {
    this.openStream();
    return this.whole.event(event);
  }

  answer(text: string): void {
    if (this.whole.isStream) this.whole.event({ data: text });
    else this.#texts.push(text);
  }

  /** One part is over; to be called once more when all parts are made. */
  over(): void {
    this.#open -= 1;
    if (this.#open > 0) return;
    if (this.whole.isStream) this.whole.end();
    else if (this.#texts.length > 0) this.whole.message(`[${this.#texts.join(",")}]`);
    else this.whole.empty(202);
  }
}
