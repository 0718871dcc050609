import fc from "fast-check";
import { expect, test } from "vitest";
import { EventDecoder, type StreamMessage } from "./event-stream.js";

function decode(pieces: readonly string[]): readonly StreamMessage[] {
  const decoder = new EventDecoder();
  return pieces.flatMap((piece) => decoder.push(piece));
}

test("messages are the same whatever pieces and line ends they come in", () => {
  const line = fc.string({ maxLength: 12 }).map((text) => text.replace(/[\r\n\0\uFEFF]/g, ""));
  const message = fc.record({
    event: fc.option(
      line.filter((text) => text !== "" && !text.startsWith(" ")),
      { nil: undefined },
    ),
    data: fc.array(
      line.filter((text) => !text.startsWith(" ")),
      { minLength: 1, maxLength: 3 },
    ),
    id: fc.option(fc.nat().map(String), { nil: undefined }),
  });
  const written = fc.array(message, { maxLength: 5 });
  const end = fc.constantFrom("\n", "\r\n", "\r");
  fc.assert(
    fc.property(
      written,
      end,
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      (all, lineEnd, sizes) => {
        const text = all
          .map(({ event, data, id }) =>
            [
              ": a comment",
              ...(event === undefined ? [] : [`event: ${event}`]),
              ...(id === undefined ? [] : [`id:${id}`]),
              ...data.map((one) => `data: ${one}`),
              "",
              "",
            ].join(lineEnd),
          )
          .join("");
        const pieces: string[] = [];
        for (let at = 0; at < text.length; ) {
          const size = sizes.next().value;
          pieces.push(text.slice(at, at + size));
          at += size;
        }
        let last: string | undefined;
        const expected = all.map(({ event, data, id }) => {
          last = id ?? last;
          return { event: event ?? "message", data: data.join("\n"), id: last };
        });
        // A lone carriage return at the end may still become one line end with what follows.
        expect(decode([...pieces, "\n"])).toEqual(expected);
      },
    ),
  );
});

test("what a stream says besides is kept or left out as the standard says", () => {
  const decoder = new EventDecoder();
  expect(decoder.push("\uFEFFretry: 250\ndata\ndata:  two\nid: 1\0\nunknown: x\n\n")).toEqual([
    { event: "message", data: "\n two", id: undefined },
  ]);
  expect(decoder.push("event: only\nid: 5\n\n: ping\n\ndata: x\n\n")).toEqual([
    { event: "message", data: "x", id: "5" },
  ]);
});

test.each([`data: ${"x".repeat(1_000_000)}\n`, "data:\n".repeat(1_000_000)])(
  "a message without an end is not kept without an end (%#)",
  (piece) => {
    const decoder = new EventDecoder();
    expect(() => {
      for (let count = 0; count < 20; count += 1) decoder.push(piece);
    }).toThrow(RangeError);
  },
);
