import { holdsMark, withNumbers } from "./written-numbers.js";

const lineFeed = 10;

/** An answer with its numbers as they were written. What ends in the middle of a line waits for the rest of it. */
export function withWrittenNumbers(response: Response): Response {
  if (response.body === null) return response;
  const reader = response.body.getReader();
  /** The beginning of a line whose end has not come. */
  let begun: Uint8Array[] = [];
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        const { done, value = new Uint8Array() } = await reader.read();
        const end = value.lastIndexOf(lineFeed) + 1;
        const hasLines = done || end > 0;
        begun.push(hasLines ? value.subarray(0, end) : value);
        if (!hasLines) continue;
        const lines = Buffer.concat(begun);
        begun = [value.subarray(end)];
        if (lines.length > 0) controller.enqueue(rewritten(lines));
        return done ? controller.close() : undefined;
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
  const { status, headers } = response;
  return new Response(body, { status, headers });
}

function rewritten(lines: Buffer): Uint8Array {
  return holdsMark(lines) ? Buffer.from(withNumbers(lines.toString("utf8"))) : lines;
}
