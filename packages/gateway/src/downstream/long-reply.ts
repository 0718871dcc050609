import type { ServerResponse } from "node:http";
import { atEndOfTurn } from "../wire/end-of-turn.js";
import { eventText, fieldsText, type StreamEvent } from "../wire/event-stream.js";

/** The last message of an answer, sent in pieces while it comes: as a JSON text, or as the data of an event. */
export class LongReply {
  readonly #response: ServerResponse;
  readonly #open: () => "events" | "json";
  /** Undefined until the first piece: as long as nothing was sent, another answer can be given. */
  #kind: "events" | "json" | undefined;
  #isOver = false;

  /** `open` writes the head, and says what it promised. */
  constructor(response: ServerResponse, open: () => "events" | "json") {
    this.#response = response;
    this.#open = open;
  }

  /** Whether a part of it was sent. */
  get hasBegun(): boolean {
    return this.#kind !== undefined;
  }

  /** False when the client should be given time to read. */
  write(piece: Buffer): boolean {
    if (this.#isOver) return true;
    this.#begin();
    return this.#response.write(this.#kind === "events" ? onOneLine(piece) : piece);
  }

  /** `event` has what else its event says. */
  end(last: Buffer, event: StreamEvent | undefined): void {
    this.#isOver = true;
    this.#begin();
    const response = this.#response;
    const isEvent = this.#kind === "events";
    const after = isEvent ? `\n${event === undefined ? "" : fieldsText(event)}\n` : "";
    atEndOfTurn(() =>
      response.end(Buffer.concat([isEvent ? onOneLine(last) : last, Buffer.from(after, "utf8")])),
    );
  }

  /**
   * The rest will not come. `text`: the message that says why, for which there is a place on a stream alone;
   * half a JSON text can only be broken off.
   */
  breakOff(text?: string): void {
    this.#isOver = true;
    if (this.#kind !== "events") this.#response.destroy();
    else if (text === undefined) this.#response.end();
    // The half event must not run into this one.
    else this.#response.end(`\n\n${eventText({ data: text })}`);
  }

  #begin(): void {
    if (this.#kind !== undefined) return;
    this.#kind = this.#open();
    if (this.#kind === "events") this.#response.write("data: ");
  }
}

/** JSON in the data of an event: its line ends stand between its tokens, where a space says the same. */
function onOneLine(json: Buffer): Buffer {
  if (!json.includes("\n") && !json.includes("\r")) return json;
  return Buffer.from(json.toString("latin1").replace(/[\r\n]/g, " "), "latin1");
}
