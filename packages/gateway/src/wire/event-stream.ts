import { StringDecoder } from "node:string_decoder";

/** One server-sent event. An event without data carries an id or a retry time only. */
export type StreamEvent = {
  readonly data: string | undefined;
  readonly id?: string;
  readonly event?: string;
  readonly retryMs?: number;
};

export class EventTooLarge extends Error {}

/**
 * Cuts a stream of bytes into server-sent events. Throws EventTooLarge when one event has more than
 * `limit` characters. Comments are dropped.
 */
export class EventParser {
  readonly #decoder = new StringDecoder("utf8");
  readonly #limit: number;
  #rest = "";
  /** How much of `#rest` is known to hold no end of a line. */
  #scanned = 0;
  #data: string[] = [];
  #size = 0;
  #id: string | undefined;
  #event: string | undefined;
  #retryMs: number | undefined;
  #isFirst = true;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Buffer): StreamEvent[] {
    const events: StreamEvent[] = [];
    this.#rest += this.#decoder.write(chunk);
    if (this.#isFirst && this.#rest !== "") {
      if (this.#rest.charCodeAt(0) === 0xfeff) this.#rest = this.#rest.slice(1);
      this.#isFirst = false;
    }
    let start = 0;
    const hasReturns = this.#rest.includes("\r", this.#scanned);
    for (;;) {
      const end = this.#lineEnd(Math.max(start, this.#scanned), hasReturns);
      if (end === undefined) break;
      this.#line(this.#rest.slice(start, end.at), events);
      start = end.next;
      this.#scanned = start;
    }
    this.#rest = start === 0 ? this.#rest : this.#rest.slice(start);
    // A last "\r" may be half of an ending.
    this.#scanned = Math.max(0, this.#rest.length - 1);
    if (this.#rest.length + this.#size > this.#limit) throw new EventTooLarge();
    return events;
  }

  #lineEnd(
    from: number,
    hasReturns: boolean,
  ): { readonly at: number; readonly next: number } | undefined {
    const lineFeed = this.#rest.indexOf("\n", from);
    const carriage = hasReturns ? this.#rest.indexOf("\r", from) : -1;
    if (carriage === -1 || (lineFeed !== -1 && lineFeed < carriage))
      return lineFeed === -1 ? undefined : { at: lineFeed, next: lineFeed + 1 };
    // Whether a line feed follows is not known yet.
    if (carriage + 1 === this.#rest.length) return undefined;
    return {
      at: carriage,
      next: this.#rest.charCodeAt(carriage + 1) === 10 ? carriage + 2 : carriage + 1,
    };
  }

  #line(line: string, events: StreamEvent[]): void {
    if (line === "") {
      this.#dispatch(events);
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value =
      colon === -1 ? "" : line.slice(line.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1);
    if (field === "data") {
      this.#data.push(value);
      this.#size += value.length;
      if (this.#size > this.#limit) throw new EventTooLarge();
    } else if (field === "id") this.#id = value;
    else if (field === "event") this.#event = value;
    else if (field === "retry" && /^\d+$/.test(value)) this.#retryMs = Number(value);
  }

  #dispatch(events: StreamEvent[]): void {
    const text = this.#data.length === 1 ? this.#data[0] : this.#data.join("\n");
    if (this.#data.length > 0 || this.#id !== undefined || this.#retryMs !== undefined) {
      events.push({
        data: text === "" ? undefined : text,
        ...(this.#id === undefined ? {} : { id: this.#id }),
        ...(this.#event === undefined ? {} : { event: this.#event }),
        ...(this.#retryMs === undefined ? {} : { retryMs: this.#retryMs }),
      });
    }
    this.#data = [];
    this.#size = 0;
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
