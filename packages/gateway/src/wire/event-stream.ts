import { GrowingBytes } from "./growing-bytes.js";
import { LineCutter } from "./line-cutter.js";

/** One server-sent event. An event without data carries an id or a retry time only. */
export type StreamEvent = {
  readonly data: string | undefined;
  /** The same in UTF-8, where it came on its own: to be handed on without making it anew. */
  readonly bytes?: Buffer | undefined;
  readonly id?: string;
  readonly event?: string;
  readonly retryMs?: number;
};

export class EventTooLarge extends Error {}

const lineFeed = 10;
const space = 32;
const colon = 58;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const longestField = "event".length;

/** UTF-8, with a mark in place of what is none. */
const lenient = (bytes: Buffer) => bytes.toString("utf8");

/**
 * Cuts a stream of bytes into server-sent events. Throws EventTooLarge when one event, its line ends
 * among it, or one line has more than `limit` bytes. Comments are dropped. The work grows with the bytes,
 * however they are cut.
 */
export class EventParser {
  readonly #limit: number;
  readonly #decode: (bytes: Buffer) => string;
  readonly #lines = new LineCutter();
  /** The line that has begun. */
  readonly #begun = new GrowingBytes();
  readonly #data = new GrowingBytes();
  #hasData = false;
  #id: string | undefined;
  #event: string | undefined;
  #retryMs: number | undefined;
  #isFirst = true;

  constructor(limit: number, decode: (bytes: Buffer) => string = lenient) {
    this.#limit = limit;
    this.#decode = decode;
  }

  /** Whether an event or a line has begun and not ended. */
  get isWithin(): boolean {
    return (
      this.#begun.length > 0 ||
      this.#hasData ||
      this.#id !== undefined ||
      this.#event !== undefined ||
      this.#retryMs !== undefined
    );
  }

  push(chunk: Buffer): StreamEvent[] {
    const events: StreamEvent[] = [];
    this.#lines.cut(chunk, (from, to, isEnd) => {
      if (this.#begun.length + this.#data.length + to - from > this.#limit)
        throw new EventTooLarge();
      if (isEnd && this.#begun.length === 0) this.#line(chunk, from, to, events);
      else {
        this.#begun.add(chunk, from, to);
        if (!isEnd) return;
        const line = this.#begun.bytes;
        this.#line(line, 0, line.length, events);
        this.#begun.clear();
      }
    });
    return events;
  }

  #line(bytes: Buffer, start: number, to: number, events: StreamEvent[]): void {
    const hasMark = this.#isFirst && bytes.subarray(start, to).indexOf(byteOrderMark) === 0;
    const from = hasMark ? start + byteOrderMark.length : start;
    this.#isFirst = false;
    if (from === to) {
      this.#dispatch(events);
      return;
    }
    let end = from;
    while (end < to && bytes[end] !== colon) {
      // No field that means anything is so long.
      if (end - from >= longestField) return;
      end += 1;
    }
    const field = bytes.toString("latin1", from, end);
    const value = Math.min(to, bytes[end + 1] === space ? end + 2 : end + 1);
    if (field === "data") {
      if (this.#hasData) this.#data.addByte(lineFeed);
      this.#hasData = true;
      this.#data.add(bytes, value, to);
    } else if (field === "id") this.#id = this.#decode(bytes.subarray(value, to));
    // An empty name is none.
    else if (field === "event")
      this.#event = value === to ? undefined : this.#decode(bytes.subarray(value, to));
    else if (field === "retry") {
      const text = bytes.toString("latin1", value, to);
      if (/^\d+$/.test(text)) this.#retryMs = Number(text);
    }
  }

  #dispatch(events: StreamEvent[]): void {
    if (this.#hasData || this.#id !== undefined || this.#retryMs !== undefined) {
      events.push({
        data: this.#data.length === 0 ? undefined : this.#decode(this.#data.bytes),
        ...(this.#id === undefined ? {} : { id: this.#id }),
        ...(this.#event === undefined ? {} : { event: this.#event }),
        ...(this.#retryMs === undefined ? {} : { retryMs: this.#retryMs }),
      });
    }
    this.#data.clear();
    this.#hasData = false;
    this.#id = undefined;
    this.#event = undefined;
    this.#retryMs = undefined;
  }
}

/** An event as bytes for a client. JSON holds no raw line ends, but what servers send may. */
export function eventText(event: StreamEvent): string {
  let text = "";
  if (event.id !== undefined) text += `id: ${event.id}\n`;
  if (event.retryMs !== undefined) text += `retry: ${event.retryMs}\n`;
  if (event.event !== undefined) text += `event: ${event.event}\n`;
  const { data } = event;
  if (data === undefined) text += "data: \n";
  else if (!data.includes("\n")) text += `data: ${data}\n`;
  else for (const line of data.split("\n")) text += `data: ${line}\n`;
  return `${text}\n`;
}
