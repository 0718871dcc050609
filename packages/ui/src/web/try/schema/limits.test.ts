import { expect, test } from "vitest";
import { limitsOf } from "./limits.js";

test("bounds of safe integers, and a pattern beside a known format, are for machines", () => {
  expect(
    limitsOf({
      type: "integer",
      minimum: Number.MIN_SAFE_INTEGER,
      maximum: Number.MAX_SAFE_INTEGER,
    }),
  ).toEqual([]);
  expect(limitsOf({ type: "integer", exclusiveMinimum: 0, maximum: 2 ** 63 })).toEqual([
    "more than 0",
  ]);
  expect(limitsOf({ type: "string", format: "date", pattern: "^(?:long)$" })).toEqual([
    "format date",
  ]);
  expect(limitsOf({ type: "string", format: "part-number", pattern: "^P\\d+$" })).toEqual([
    "format part-number",
    "matches ^P\\d+$",
  ]);
  expect(limitsOf({ minLength: 2, uniqueItems: true })).toEqual([
    "at least 2 characters",
    "each only once",
  ]);
});
