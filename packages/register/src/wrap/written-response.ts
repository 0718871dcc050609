import { holdsMark, withNumbers } from "./written-numbers.js";

const lineFeed = 10;

/** An answer with its numbers as they were written. What ends in the middle of a line waits for the rest of it. */
export function withWrittenNumbers(response: Response): Response {
  if (response.body === null) return response;
  const reader = response.body.getReader();
  let rest: Uint8Array = new Uint8Array();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        const { done, value } = await reader.read();
        const bytes = joined(rest, value);
        const end = done ? bytes.length : bytes.lastIndexOf(lineFeed) + 1;
        rest = bytes.subarray(end);
        if (end > 0) controller.enqueue(rewritten(bytes.subarray(0, end)));
        if (done) return controller.close();
        if (end > 0) return;
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
  const { status, headers } = response;
  return new Response(body, { status, headers });
}

function joined(first: Uint8Array, second: Uint8Array | undefined): Uint8Array {
  if (second === undefined) return first;
  return first.length === 0 ? second : Buffer.concat([first, second]);
}

function rewritten(lines: Uint8Array): Uint8Array {
  const json = Buffer.from(lines.buffer, lines.byteOffset, lines.length);
  return holdsMark(json) ? Buffer.from(withNumbers(json.toString("utf8"))) : lines;
}
