import fc from "fast-check";
import { expect, test } from "vitest";
import { isTooDeep, mostDepth } from "./depth.js";

const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

test("nesting is counted to the level", () => {
  expect(isTooDeep(nested(mostDepth))).toBe(false);
  expect(isTooDeep(nested(mostDepth + 1))).toBe(true);
  expect(isTooDeep(`${'{"a":'.repeat(mostDepth + 1)}1${"}".repeat(mostDepth + 1)}`)).toBe(true);
  expect(isTooDeep(`[${Array(5_000).fill("[]").join()}]`)).toBe(false);
  // Broken texts are counted as well: what reads them comes later.
  expect(isTooDeep("[".repeat(3_000))).toBe(true);
});

test("brackets in texts do not count, however the texts are escaped", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.boolean(), (inside, isDeep) => {
      const text = JSON.stringify(`${inside}${"[".repeat(2_000)}\\"${inside}\\`);
      const depth = isDeep ? mostDepth : mostDepth - 1;
      const whole = `${"[".repeat(depth)}[${text},${text}]${"]".repeat(depth)}`;
      expect(isTooDeep(whole)).toBe(isDeep);
    }),
  );
});
