import { DialError } from "./dial-error.js";

export type StreamEvent = { readonly type: string; readonly data: string };

/** Events of a `text/event-stream` body, read as the HTML standard says. Bounded by its chunks. */
export async function* eventsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  let type = "";
  let data: string[] = [];
  for await (const line of linesOf(chunks)) {
    if (line === "") {
      if (data.length > 0) yield { type: type === "" ? "message" : type, data: data.join("\n") };
      type = "";
      data = [];
      continue;
    }
    const colon = line.indexOf(":");
    if (colon === 0) continue;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") data.push(value);
    else if (field === "event") type = value;
  }
}

/** Lines that end in CR, LF or both. Looks at every character once, however small the chunks are. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let parts: string[] = [];
  let endedInReturn = false;
  for await (let text of textOf(chunks)) {
    if (endedInReturn && text.startsWith("\n")) text = text.slice(1);
    if (text === "") continue;
    endedInReturn = text.endsWith("\r");
    const lines = text.split(/\r\n|\r|\n/);
    const last = lines.pop() ?? "";
    for (const line of lines) {
      yield parts.length === 0 ? line : parts.join("") + line;
      parts = [];
    }
    if (last !== "") parts.push(last);
  }
}

/** UTF-8 text of chunks. Throws DialError UNDECODABLE for what is no UTF-8. */
async function* textOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decode = (chunk?: Uint8Array) => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (error) {
      throw new DialError("http", "UNDECODABLE", "no valid UTF-8", { cause: error });
    }
  };
  for await (const chunk of chunks) yield decode(chunk);
  yield decode();
}

export async function wholeText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: string[] = [];
  for await (const part of textOf(chunks)) parts.push(part);
  return parts.join("");
}
