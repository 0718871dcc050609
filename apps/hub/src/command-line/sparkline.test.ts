import fc from "fast-check";
import { expect, test } from "vitest";
import { sparkline, squeezed } from "./sparkline.js";

test("the largest is the highest bar, zero the lowest, and what nobody knows is none", () => {
  expect(sparkline([0, 1, 4, 8])).toBe("▁▂▅█");
  expect(sparkline([undefined, 0, 0])).toBe("·▁▁");
  expect(sparkline([0.5, 1], 1)).toBe("▅█");
  expect(sparkline([])).toBe("");
});

test("what is small is still told from nothing, whatever the largest is", () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.integer({ min: 1 }), (values, one) => {
      const drawn = [...sparkline([...values, one])];
      expect(drawn).toHaveLength(values.length + 1);
      for (const [at, value] of [...values, one].entries())
        expect(drawn[at] === "▁").toBe(value === 0);
    }),
  );
});

test("neighbours are put together, none is lost, and there are never too many", () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 200 }), (values, most) => {
      const groups = squeezed(values, most, (some) => some);
      expect(groups.flat()).toEqual(values);
      expect(groups.length).toBeLessThanOrEqual(most);
    }),
  );
});
