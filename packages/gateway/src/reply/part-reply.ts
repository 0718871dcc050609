import type { IncomingHttpHeaders } from "node:http";
import type { StreamEvent } from "@hub/mcp";
import type { Pieces } from "../wire/pieces.js";
import type { Reply } from "./reply.js";

/** One JSON message: as text, or in UTF-8 in pieces that others may share. */
export type Answer = string | readonly Buffer[];

export function textOf(answer: Answer): string {
  return typeof answer === "string" ? answer : Buffer.concat(answer).toString("utf8");
}

/** What answers share that go to a client together. */
export interface SharedAnswer {
  /** Where they go. */
  readonly whole: Pick<
    Reply,
    | "peer"
    | "from"
    | "cameWith"
    | "isOpen"
    | "isStream"
    | "onGone"
    | "onOver"
    | "onDrain"
    | "comment"
  >;
  openStream(): void;
  event(event: StreamEvent): boolean;
  /** One of them is whole. `status`: what it would have as the answer to a request of its own. */
  answer(answer: Answer, status: number): void;
  /** One of them is over, with or without a message. */
  over(): void;
}

/** One of several answers that go to a client together: to the requests of a batch, or on one stream for all. */
export class PartReply implements Reply {
  readonly from: string | undefined;
  readonly cameWith: IncomingHttpHeaders | undefined;
  readonly #shared: SharedAnswer;
  #isOver = false;

  /** `asked`: from where and with which headers this one was asked for. Default: as the whole was. */
  constructor(shared: SharedAnswer, asked: Pick<Reply, "from" | "cameWith"> = shared.whole) {
    this.#shared = shared;
    this.from = asked.from;
    this.cameWith = asked.cameWith;
  }

  get peer(): string {
    return this.#shared.whole.peer;
  }

  get isOpen(): boolean {
    return !this.#isOver && this.#shared.whole.isOpen;
  }

  get isStream(): boolean {
    return this.#shared.whole.isStream;
  }

  preferStream(): void {
    // That is decided for all of them.
  }

  onGone(listener: () => void): () => void {
    return this.#shared.whole.onGone(listener);
  }

  onOver(listener: () => void): void {
    this.#shared.whole.onOver(listener);
  }

  message(text: string | Buffer, status = 200): void {
    this.#answer(typeof text === "string" ? text : [text], status);
  }

  /** Several answers cannot be on their way at once. */
  beginLong(): undefined {
    return undefined;
  }

  endLong(): void {
    // None begins.
  }

  pieces({ pieces }: Pieces): void {
    this.#answer(pieces, 200);
  }

  empty(): void {
    this.end();
  }

  openStream(): void {
    this.#shared.openStream();
  }

  event(event: StreamEvent): boolean {
    return this.#isOver || this.#shared.event(event);
  }

  lastEvent(event: StreamEvent): void {
    this.event(event);
    this.end();
  }

  comment(): void {
    if (this.isStream) this.#shared.whole.comment();
  }

  onDrain(listener: () => void): void {
    this.#shared.whole.onDrain(listener);
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#shared.over();
  }

  #answer(answer: Answer, status: number): void {
    if (this.#isOver) return;
    this.#shared.answer(answer, status);
    this.end();
  }
}
