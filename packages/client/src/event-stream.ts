/** One message of a stream of server-sent events. */
export interface StreamMessage {
  /** `message` when the stream named none. */
  readonly event: string;
  readonly data: string;
  /** The last id that the stream gave, with this message or before. */
  readonly id: string | undefined;
}

/** In characters. An event of a hub is far shorter; something that only goes on is no event. */
const longestMessage = 8 * 1024 * 1024;

/** Cuts a stream of server-sent events into messages, whatever pieces its text comes in. */
export class EventDecoder {
  #rest = "";
  #event = "";
  #data: string[] = [];
  #dataLength = 0;
  #id: string | undefined;
  #isFirst = true;

  /** The messages that `text` completes. @throws RangeError for a message that is too long. */
  push(text: string): readonly StreamMessage[] {
    let fresh = this.#rest + text;
    if (this.#isFirst && fresh !== "") {
      this.#isFirst = false;
      fresh = fresh.replace(/^\uFEFF/, "");
    }
    // A carriage return at the end may be half of a line's end.
    const lines = fresh.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length + this.#dataLength > longestMessage)
      throw new RangeError(`a message of the stream is longer than ${longestMessage} characters`);
    return lines.flatMap((line) => this.#line(line));
  }

  #line(line: string): readonly StreamMessage[] {
    if (line === "") return this.#end();
    const colon = line.indexOf(":");
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#event = value;
    if (field === "data") {
      this.#data.push(value);
      // With its line break: lines without anything count as well.
      this.#dataLength += value.length + 1;
    }
    if (field === "id" && !value.includes("\0")) this.#id = value;
    return [];
  }

  #end(): readonly StreamMessage[] {
    const { event, data, id } = {
      event: this.#event || "message",
      data: this.#data.join("\n"),
      id: this.#id,
    };
    const isEmpty = this.#data.length === 0;
    this.#event = "";
    this.#data = [];
    this.#dataLength = 0;
    return isEmpty ? [] : [{ event, data, id }];
  }
}
