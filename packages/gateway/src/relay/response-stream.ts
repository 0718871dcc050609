import type { ServerResponse } from "node:http";
import { eventText } from "@hub/mcp";
import { atEndOfTurn } from "../wire/end-of-turn.js";

const shortBytes = 16_384;

type Head = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
};

/**
 * An answer that goes out byte by byte. It is written one step behind: what came last waits for the end
 * of the turn, so that a short answer, which comes with its end, leaves with its head in one piece.
 */
export class ResponseStream {
  readonly #response: ServerResponse;
  #head: Head | undefined;
  /** Whether an event of the hub's own can be written into it. */
  #takesEvents = false;
  #waiting: Buffer | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** A stream has its head long before its first event; any other answer sends both together. */
  begin(status: number, headers: Head["headers"], isStream: boolean): void {
    // In the middle of a compressed stream it would be noise.
    this.#takesEvents = isStream && headers["content-encoding"] === undefined;
    this.#head = { status, headers };
    if (!isStream) return;
    this.#writeHead();
    this.#response.flushHeaders();
  }

  /** False when the client should be given time to read. */
  write(chunk: Buffer): boolean {
    if (this.#waiting === undefined) queueMicrotask(() => this.#flush());
    else this.#send(this.#waiting);
    this.#waiting = chunk;
    return !this.#response.writableNeedDrain;
  }

  end(): void {
    this.#writeHead();
    const last = this.#waiting;
    this.#waiting = undefined;
    const response = this.#response;
    atEndOfTurn(() => {
      if (last === undefined) response.end();
      // As text of the same bytes a short one joins the head, and both go out in one write.
      else if (last.length <= shortBytes) response.end(last.toString("latin1"), "latin1");
      else response.end(last);
    });
  }

  /**
   * The rest will not come. A plain stream says so in a last event; half of any other answer can only be
   * broken off. False when nothing was sent yet and another answer can be given.
   */
  fail(text: string): boolean {
    const isUnsent = !this.#response.headersSent;
    this.#head = undefined;
    this.#waiting = undefined;
    if (isUnsent) return false;
    // What was cut off in the middle of an event must not run into this one.
    if (this.#takesEvents) this.#response.end(`\n\n${eventText({ data: text })}`);
    else this.#response.destroy();
    return true;
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.#send(waiting);
  }

  #send(chunk: Buffer): void {
    this.#writeHead();
    this.#response.write(chunk);
  }

  #writeHead(): void {
    const head = this.#head;
    this.#head = undefined;
    if (head !== undefined) this.#response.writeHead(head.status, head.headers);
  }
}
