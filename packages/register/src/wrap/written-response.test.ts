import fc from "fast-check";
import { expect, test } from "vitest";
import { readJson } from "./written-numbers.js";
import { withWrittenNumbers } from "./written-response.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 300);
/** A line as an answer holds it inside, with texts in the place of its numbers. */
const inside = JSON.stringify(readJson("[1.0,12345678901234567890]").written);
const written = "[1.0,12345678901234567890]";

function answerOf(pieces: Iterable<Uint8Array>): Response {
  const next = pieces[Symbol.iterator]();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = next.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  });
  return withWrittenNumbers(new Response(body, { status: 201, headers: { "x-of": "the answer" } }));
}

test("an answer has its numbers as they were written, wherever it is cut", async () => {
  const line = fc.constantFrom(inside, "data: {}", "", "ä".repeat(5));
  await fc.assert(
    fc.asyncProperty(
      fc.array(line),
      fc.infiniteStream(fc.nat(90)),
      fc.boolean(),
      async (lines, sizes, isEnded) => {
        const text = lines.join("\n") + (isEnded ? "\n" : "");
        const bytes = Buffer.from(text);
        const pieces: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; at += pieces.at(-1)?.length ?? 0)
          pieces.push(bytes.subarray(at, at + 1 + sizes.next().value));
        const answer = answerOf(pieces);
        expect(await answer.text()).toBe(text.replaceAll(inside, written));
        expect([answer.status, answer.headers.get("x-of")]).toEqual([201, "the answer"]);
      },
    ),
    { numRuns },
  );
});

// Joined anew with each piece, these would be half a terabyte.
test("one long line in a hundred thousand pieces is joined once", async () => {
  const piece = Buffer.alloc(100, "x");
  const answer = answerOf(Array(100_000).fill(piece));
  expect(await answer.text()).toHaveLength(10_000_000);
});
