import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LineReader } from "./line-reader.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 300);

function readAll(bytes: Buffer, mostBytes: number, chunkBytes: () => number) {
  const lines: string[] = [];
  const tooLong: string[] = [];
  const reader = new LineReader({
    mostBytes,
    onLine: (line) => lines.push(line),
    onTooLong: (beginning) => tooLong.push(beginning),
  });
  for (let at = 0; at < bytes.length; ) {
    const size = chunkBytes();
    reader.push(bytes.subarray(at, at + size));
    at += size;
  }
  reader.end();
  return { lines, tooLong, reader };
}

describe("LineReader", () => {
  test("gives the same lines however the bytes are cut, and skips just those that are too long", () => {
    const line = fc
      .string({ unit: "grapheme", maxLength: 12 })
      .map((text) => text.replace(/[\r\n]/g, ""));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(line, fc.constantFrom("\n", "\r\n"))),
        line,
        fc.integer({ min: 1, max: 30 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 20 })),
        (ended, last, mostBytes, sizes) => {
          const text = ended.map(([one, end]) => one + end).join("") + last;
          const sizeOf = (one: string, end: string) => Buffer.byteLength(one) + end.length - 1;
          const whole = [...ended, ...(last === "" ? [] : [[last, "\n"] as const])];
          const { lines, tooLong } = readAll(
            Buffer.from(text),
            mostBytes,
            () => sizes.next().value,
          );
          expect(lines).toEqual(
            whole.filter(([one, end]) => sizeOf(one, end) <= mostBytes).map(([one]) => one),
          );
          expect(tooLong).toHaveLength(
            whole.filter(([one, end]) => sizeOf(one, end) > mostBytes).length,
          );
        },
      ),
      { numRuns },
    );
  });

  test.each([1, 7, 4_096, 65_536])(
    "copies each byte at most three times, in chunks of %i bytes",
    (size) => {
      const length = size < 4_096 ? 1_000_000 : 32 * 1024 * 1024;
      const bytes = Buffer.concat([Buffer.alloc(length, "x"), Buffer.from("\n{}\n")]);
      const { lines, reader } = readAll(bytes, length, () => size);
      expect(lines.map((line) => line.length)).toEqual([length, 2]);
      expect(reader.copiedBytes).toBeLessThanOrEqual(3 * bytes.length);
    },
  );

  test("a line without an end is given up at the limit, and costs nothing from then on", () => {
    const { tooLong, reader } = readAll(Buffer.alloc(5_000_000, "y"), 1_000_000, () => 65_536);
    expect(tooLong).toEqual(["y".repeat(200)]);
    expect(reader.copiedBytes).toBeLessThanOrEqual(3_000_000);
  });
});
