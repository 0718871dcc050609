import { isUtf8 } from "node:buffer";
import { GrowingBytes } from "./growing-bytes.js";
import { LineCutter } from "./line-cutter.js";

/** One server-sent event. An event without data carries an id or a retry time only. */
export type StreamEvent = {
  readonly data: string | undefined;
  /** The same in UTF-8, where it is there: to be handed on without making it anew. Whoever changes the data leaves it out. */
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
const dataField = Buffer.from("data:");
const aSpace = Buffer.from(" ");
/** Of a line beside the data that is taken. */
const mostOtherBytes = 65_536;

/** From this many bytes on, copying what is encoded costs less than encoding it again. */
const leastCopied = 4_096;

/** UTF-8, with a mark in place of what is none. */
const lenient = (bytes: Buffer) => bytes.toString("utf8");

/**
 * Cuts a stream of bytes into server-sent events. Throws EventTooLarge when one event, its line ends
 * among it, or one line has more than `limit` bytes, unless its data is taken. Comments are dropped;
 * `onComment` hears of each. The work grows with the bytes, however they are cut.
 */
export class EventParser {
  readonly #limit: number;
  readonly #decode: (bytes: Buffer) => string;
  readonly #onComment: () => void;
  readonly #lines = new LineCutter();
  /** The line that has begun. */
  readonly #begun = new GrowingBytes();
  readonly #data = new GrowingBytes();
  #hasData = false;
  #id: string | undefined;
  #event: string | undefined;
  #retryMs: number | undefined;
  #isFirst = true;
  /** Takes the data of the present event, and whether the line that is read is one of data. */
  #taker: ((piece: Buffer) => void) | undefined;
  #isTakenLine = false;

  constructor(
    limit: number,
    decode: (bytes: Buffer) => string = lenient,
    onComment: () => void = () => undefined,
  ) {
    this.#limit = limit;
    this.#decode = decode;
    this.#onComment = onComment;
  }

  /** Whether an event or a line has begun and not ended. */
  get isWithin(): boolean {
    return (
      this.#begun.length > 0 ||
      this.#hasData ||
      this.#taker !== undefined ||
      this.#id !== undefined ||
      this.#event !== undefined ||
      this.#retryMs !== undefined
    );
  }

  /** What has come of the event's data, while its first line of data is read; good until the next call. */
  get begunData(): Buffer | undefined {
    const { bytes } = this.#begun;
    const isData = bytes.subarray(0, dataField.length).equals(dataField);
    if (!isData || this.#hasData || this.#taker !== undefined) return undefined;
    return bytes.subarray(
      bytes[dataField.length] === space ? dataField.length + 1 : dataField.length,
    );
  }

  /** Hands `begunData` and what follows of the event's data to `taker`; its limit counts no more for it. */
  takeData(taker: (piece: Buffer) => void): void {
    const begun = this.begunData;
    if (begun === undefined) return;
    this.#taker = taker;
    this.#isTakenLine = true;
    taker(Buffer.from(begun));
    this.#begun.clear();
  }

  push(chunk: Buffer): StreamEvent[] {
    const events: StreamEvent[] = [];
    this.#lines.cut(chunk, (from, to, isEnd) => {
      if (this.#isTakenLine) {
        if (to > from) this.#taker?.(chunk.subarray(from, to));
        this.#isTakenLine = !isEnd;
        return;
      }
      if (this.#begun.length + this.#data.length + to - from > this.#limit)
        throw new EventTooLarge();
      if (isEnd && this.#begun.length === 0) this.#line(chunk, from, to, events);
      else {
        this.#begun.add(chunk, from, to);
        if (!isEnd) return this.#takeLine();
        const line = this.#begun.bytes;
        this.#line(line, 0, line.length, events);
        this.#begun.clear();
      }
    });
    return events;
  }

  /** A line that has begun in an event whose data is taken: of data it is taken as well, else it must be short. */
  #takeLine(): void {
    if (this.#taker === undefined || this.#begun.length <= dataField.length) return;
    const { bytes } = this.#begun;
    if (bytes.subarray(0, dataField.length).equals(dataField)) {
      this.#taker(Buffer.concat([aSpace, bytes.subarray(dataField.length)]));
      this.#isTakenLine = true;
      this.#begun.clear();
    } else if (bytes.length > mostOtherBytes) throw new EventTooLarge();
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
    if (end === from) {
      this.#onComment();
      return;
    }
    const field = bytes.toString("latin1", from, end);
    const value = Math.min(to, bytes[end + 1] === space ? end + 2 : end + 1);
    if (field === "data" && this.#taker !== undefined) {
      // Between two lines of JSON a space is as good as a line end.
      this.#taker(Buffer.concat([aSpace, bytes.subarray(value, to)]));
    } else if (field === "data") {
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
    const isTaken = this.#taker !== undefined;
    if (this.#hasData || isTaken || this.#id !== undefined || this.#retryMs !== undefined) {
      events.push({
        ...this.#wholeData(),
        ...(this.#id === undefined ? {} : { id: this.#id }),
        ...(this.#event === undefined ? {} : { event: this.#event }),
        ...(this.#retryMs === undefined ? {} : { retryMs: this.#retryMs }),
      });
    }
    this.#data.clear();
    this.#hasData = false;
    this.#taker = undefined;
    this.#id = undefined;
    this.#event = undefined;
    this.#retryMs = undefined;
  }

  #wholeData(): Pick<StreamEvent, "data" | "bytes"> {
    if (this.#data.length === 0) return { data: undefined };
    if (this.#data.length < leastCopied) return { data: this.#decode(this.#data.bytes) };
    const bytes = this.#data.take();
    return { data: this.#decode(bytes), bytes: isUtf8(bytes) ? bytes : undefined };
  }
}

/** An event as bytes for a client. JSON holds no raw line ends, but what servers send may. */
export function eventText(event: StreamEvent): string {
  let text = fieldsText(event);
  const { data } = event;
  if (data === undefined) text += "data: \n";
  else if (!/[\r\n]/.test(data)) text += `data: ${data}\n`;
  else for (const line of data.split(/\r\n|\r|\n/)) text += `data: ${line}\n`;
  return `${text}\n`;
}

const begin = Buffer.from("data: ");
const end = Buffer.from("\n\n");

/** The same, from the bytes of its data where these are many; `data` may be missing then. */
export function eventBytes(event: StreamEvent): string | Buffer {
  const { bytes } = event;
  const isMany = bytes !== undefined && bytes.length >= leastCopied;
  if (!isMany || bytes.includes(10) || bytes.includes(13))
    return eventText({ ...event, data: event.data ?? bytes?.toString() });
  return Buffer.concat([Buffer.from(fieldsText(event)), begin, bytes, end]);
}

/** The fields of an event beside its data, which may stand before it or after it. */
export function fieldsText({ id, retryMs, event }: Omit<StreamEvent, "data">): string {
  let text = "";
  if (id !== undefined) text += `id: ${id}\n`;
  if (retryMs !== undefined) text += `retry: ${retryMs}\n`;
  if (event !== undefined) text += `event: ${event}\n`;
  return text;
}
