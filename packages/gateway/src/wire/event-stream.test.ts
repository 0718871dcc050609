import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EventParser, EventTooLarge, eventText, type StreamEvent } from "./event-stream.js";

const text = fc.string({ unit: "grapheme" });
const line = text.map((one) => one.replace(/[\r\n]/g, ""));
const word = line.filter((one) => one !== "");

const event: fc.Arbitrary<StreamEvent> = fc.record(
  {
    data: fc.oneof(
      fc.constant(undefined),
      text.map((one) => one.replace(/\r/g, "")).filter((one) => one !== ""),
    ),
    id: line,
    event: word,
    retryMs: fc.nat(),
  },
  { requiredKeys: ["data", "id"] },
);

/** Cuts bytes at places that need not be between characters. */
function chunks(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
}

function parse(parts: readonly Buffer[], limit = 1_000_000): StreamEvent[] {
  const parser = new EventParser(limit);
  return parts.flatMap((part) => parser.push(part));
}

describe("the event parser", () => {
  test("gives the same events however the bytes are cut and the lines are ended", () => {
    fc.assert(
      fc.property(
        fc.array(event),
        fc.array(fc.nat()),
        fc.constantFrom("\n", "\r\n", "\r"),
        (events, cuts, ending) => {
          const written = `${events.map(eventText).join("")}:\n`.replaceAll("\n", ending);
          expect(parse(chunks(Buffer.from(written), cuts))).toEqual(events);
        },
      ),
    );
  });

  test("gives the same for any bytes at all, however they are cut", () => {
    const fields = fc.constantFrom(
      "data",
      "id",
      "event",
      "retry",
      ":",
      " ",
      "\n",
      "\r",
      "\n\n",
      "7",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(fields, text)), fc.array(fc.nat()), (parts, cuts) => {
        const bytes = Buffer.from(parts.join(""));
        expect(parse(chunks(bytes, cuts))).toEqual(parse([bytes]));
      }),
    );
  });

  test("leaves comments, unknown fields and a byte order mark out", () => {
    const written = "\uFEFF: hello\nodd: 1\ndata:one\ndata: two\n\n: bye\n\nretry: soon\ndata\n\n";
    expect(parse([Buffer.from(written)])).toEqual([{ data: "one\ntwo" }, { data: undefined }]);
  });

  test("gives up on one event that is too large, in one line or in many, but not on many small ones", () => {
    const limit = 100;
    const small = Buffer.from(`data: ${"x".repeat(90)}\n\n`.repeat(50));
    expect(parse([small], limit)).toHaveLength(50);
    expect(() => parse([Buffer.from(`data: ${"x".repeat(200)}`)], limit)).toThrow(EventTooLarge);
    const lines = Array.from({ length: 50 }, () => Buffer.from("data: xxxx\n"));
    expect(() => parse(lines, limit)).toThrow(EventTooLarge);
    const silent = Array.from({ length: 50 }, () => Buffer.from("xxxxx"));
    expect(() => parse(silent, limit)).toThrow(EventTooLarge);
  });
});
