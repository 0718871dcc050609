import type { ServerResponse } from "node:http";
import { eventText, fieldsText, type StreamEvent } from "@hub/mcp";
import { atEndOfTurn } from "../wire/end-of-turn.js";

/** The last message of an answer, sent in pieces while it comes: as a JSON text, or as the data of an event. */
export class LongReply {
  readonly #response: ServerResponse;
  readonly #isEvent: boolean;
  #isOver = false;

  /** The head was written. */
  constructor(response: ServerResponse, isEvent: boolean) {
    this.#response = response;
    this.#isEvent = isEvent;
    if (isEvent) response.write("data: ");
  }

  /** False when the client should be given time to read. */
  write(piece: Buffer): boolean {
    if (this.#isOver) return true;
    return this.#response.write(this.#isEvent ? onOneLine(piece) : piece);
  }

  /** `event` has what else its event says. */
  end(last: Buffer, event: StreamEvent | undefined): void {
    this.#isOver = true;
    const response = this.#response;
    const after = this.#isEvent ? `\n${event === undefined ? "" : fieldsText(event)}\n` : "";
    atEndOfTurn(() =>
      response.end(
        Buffer.concat([this.#isEvent ? onOneLine(last) : last, Buffer.from(after, "utf8")]),
      ),
    );
  }

  /**
   * The rest will not come. `text`: the message that says why, for which there is a place on a stream alone;
   * half a JSON text can only be broken off.
   */
  breakOff(text?: string): void {
    this.#isOver = true;
    if (!this.#isEvent) this.#response.destroy();
    else if (text === undefined) this.#response.end();
    // The half event must not run into this one.
    else this.#response.end(`\n\n${eventText({ data: text })}`);
  }
}

/** JSON in the data of an event: its line ends stand between its tokens, where a space says the same. */
function onOneLine(json: Buffer): Buffer {
  if (!json.includes("\n") && !json.includes("\r")) return json;
  return Buffer.from(json.toString("latin1").replace(/[\r\n]/g, " "), "latin1");
}
