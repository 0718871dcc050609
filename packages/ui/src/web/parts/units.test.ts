import { expect, test } from "vitest";
import { byteSize, counted, milliseconds } from "./units.js";

test("one of a thing is not several", () => {
  expect([0, 1, 2].map((count) => counted(count, "tool"))).toEqual([
    "0 tools",
    "1 tool",
    "2 tools",
  ]);
});

test("times and sizes are exact where they are small", () => {
  expect([0, 0.42, 9.94, 12.4, 1_234, 12_345].map(milliseconds)).toEqual([
    "0 ms",
    "0.4 ms",
    "9.9 ms",
    "12 ms",
    "1234 ms",
    "12.3 s",
  ]);
  expect([0, 999, 1_536, 5_242_880, 3e9].map(byteSize)).toEqual([
    "0 B",
    "999 B",
    "1.5 kB",
    "5.2 MB",
    "3.0 GB",
  ]);
});
