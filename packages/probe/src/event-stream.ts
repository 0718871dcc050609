import { DialError } from "@hub/dial";
import { EventParser } from "@hub/mcp";

export type StreamEvent = { readonly type: string; readonly data: string };

/** Events of a `text/event-stream` body. Bounded by its chunks. Throws DialError UNDECODABLE for what is no UTF-8. */
export async function* eventsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decode = decoder();
  const parser = new EventParser(Number.POSITIVE_INFINITY, (bytes) => decode(bytes));
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (const { data, event: type = "message" } of parser.push(bytes))
      if (data !== undefined) yield { type, data };
  }
}

/** Reads UTF-8, in pieces when it is told that more will come. Throws DialError UNDECODABLE for what is none. */
function decoder(): (bytes?: Uint8Array, options?: { readonly stream: boolean }) => string {
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return (bytes, options) => {
    try {
      return utf8.decode(bytes, options);
    } catch (error) {
      throw new DialError("http", "UNDECODABLE", "no valid UTF-8", { cause: error });
    }
  };
}

export async function wholeText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const decode = decoder();
  const parts: string[] = [];
  for await (const chunk of chunks) parts.push(decode(chunk, { stream: true }));
  parts.push(decode());
  const text = parts.join("");
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}
