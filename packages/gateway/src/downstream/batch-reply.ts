import type { ServerResponse } from "node:http";
import type { StreamEvent } from "../wire/event-stream.js";
import type { Pieces } from "../wire/pieces.js";
import type { LongReply } from "./long-reply.js";
import { Reply } from "./reply.js";

type ReplyOptions = ConstructorParameters<typeof Reply>[2];

/**
 * The one HTTP answer to a batch: the responses to its requests as one JSON array, or as events where the
 * client takes a stream. It ends with the last of them.
 */
export class BatchReply {
  readonly #whole: Reply;
  readonly #response: ServerResponse;
  readonly #always: Readonly<Record<string, string>>;
  readonly #options: ReplyOptions;
  readonly #texts: string[] = [];
  #open = 1;

  constructor(
    response: ServerResponse,
    always: Readonly<Record<string, string>>,
    options: ReplyOptions,
    whole: Reply,
  ) {
    this.#response = response;
    this.#always = always;
    this.#options = options;
    this.#whole = whole;
    // Each part waits for the same client.
    response.setMaxListeners(0);
  }

  get isOpen(): boolean {
    return this.#whole.isOpen;
  }

  get isStream(): boolean {
    return this.#whole.isStream;
  }

  /** The answer to one of its requests. */
  part(): Reply {
    this.#open += 1;
    return new PartReply(this.#response, this.#always, this.#options, this);
  }

  /** Sends responses as events from now on, with those that are there already. */
  openStream(): void {
    this.#whole.openStream();
    for (const data of this.#texts.splice(0)) this.#whole.event({ data });
  }

  event(event: StreamEvent): boolean {
    this.openStream();
    return this.#whole.event(event);
  }

  /** One response is there. */
  answer(text: string): void {
    if (this.isStream) this.#whole.event({ data: text });
    else this.#texts.push(text);
  }

  /** One part is over; to be called once more when all parts are made. */
  over(): void {
    this.#open -= 1;
    if (this.#open > 0) return;
    if (this.isStream) this.#whole.end();
    else if (this.#texts.length > 0) this.#whole.message(`[${this.#texts.join(",")}]`);
    else this.#whole.empty(202);
  }
}

/** The answer to one request of a batch. */
class PartReply extends Reply {
  readonly #batch: BatchReply;
  #isOver = false;

  constructor(
    response: ServerResponse,
    always: Readonly<Record<string, string>>,
    options: ReplyOptions,
    batch: BatchReply,
  ) {
    super(response, always, options);
    this.#batch = batch;
  }

  override get isOpen(): boolean {
    return !this.#isOver && this.#batch.isOpen;
  }

  override get isStream(): boolean {
    return this.#batch.isStream;
  }

  override message(text: string | Buffer): void {
    if (this.#isOver) return;
    this.#batch.answer(text.toString());
    this.end();
  }

  override pieces({ pieces }: Pieces): void {
    this.message(Buffer.concat(pieces));
  }

  override empty(): void {
    this.end();
  }

  /** The answers of several requests cannot be on their way at once. */
  override beginLong(): LongReply | undefined {
    return undefined;
  }

  override openStream(): void {
    this.#batch.openStream();
  }

  override event(event: StreamEvent): boolean {
    return this.#isOver || this.#batch.event(event);
  }

  override comment(): void {
    // The stream as a whole gets them.
  }

  override end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#batch.over();
  }
}
