import fc from "fast-check";
import { expect, test } from "vitest";
import { sizeOfPicture } from "./picture-size.js";

const base64 = (...parts: readonly (string | readonly number[])[]) =>
  Buffer.concat(
    parts.map((part) =>
      typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part),
    ),
  ).toString("base64");
const u16 = (value: number) => [value >> 8, value & 255];
const le24 = (value: number) => [value & 255, (value >> 8) & 255, value >> 16];
const riff = ["RIFF", [0, 0, 0, 0], "WEBP"] as const;
const rest = Array<number>(20).fill(0);
const frame = (width: number, height: number) => [
  0xff,
  0xc2,
  0,
  17,
  8,
  ...u16(height),
  ...u16(width),
];

const forms: Record<string, (width: number, height: number) => string> = {
  PNG: (w, h) =>
    base64(
      [0x89],
      "PNG\r\n\x1a\n",
      [0, 0, 0, 13],
      "IHDR",
      [0, 0, ...u16(w), 0, 0, ...u16(h)],
      rest,
    ),
  "WebP, extended": (w, h) =>
    base64(...riff, "VP8X", rest.slice(0, 8), le24(w - 1), le24(h - 1), rest),
  "WebP, lossy": (w, h) =>
    base64(...riff, "VP8 ", rest.slice(0, 10), u16(w).reverse(), u16(h).reverse(), rest),
  "WebP, lossless": (w, h) => {
    const bits = (w - 1) | ((h - 1) << 14);
    return base64(...riff, "VP8L", rest.slice(0, 5), le24(bits & 0xffffff), [bits >>> 24], rest);
  },
  JPEG: (w, h) => base64([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0], frame(w, h), rest),
  // A small frame inside of another segment is none, and neither is one that bytes before a marker hide.
  "JPEG, hiding": (w, h) =>
    base64([0xff, 0xd8, 0xff, 0xff, 0xff, 0xe1, 0, 11], frame(1, 1), frame(w, h), rest),
};

test.each(Object.entries(forms))("%s: as large as it says", (_, form) => {
  const side = fc.integer({ min: 1, max: 16_383 });
  fc.assert(
    fc.property(side, side, (width, height) => {
      expect(sizeOfPicture(form(width, height))).toEqual({ width, height });
    }),
  );
});

test("what says no size has none, whatever it is", () => {
  expect(sizeOfPicture(base64([0xff, 0xd8, 0xff, 0xd8], frame(1, 1), rest))).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(sizeOfPicture(base64([0xff, 0xd9], [...bytes]))).toBeUndefined();
      expect(() => sizeOfPicture(base64([0xff, 0xd8], [...bytes]))).not.toThrow();
      expect(() => sizeOfPicture(base64(...riff, [...bytes]))).not.toThrow();
    }),
  );
});
