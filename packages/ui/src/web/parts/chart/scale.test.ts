import fc from "fast-check";
import { expect, test } from "vitest";
import { everyStep, timeTicks, valueTicks } from "./scale.js";

test("values beside an axis are round, few, and reach over the highest", () => {
  expect(valueTicks(0, true)).toEqual([0, 1]);
  expect(valueTicks(3, true)).toEqual([0, 1, 2, 3]);
  expect(valueTicks(970, true)).toEqual([0, 500, 1_000]);
  expect(valueTicks(0.3, false)).toEqual([0, 0.1, 0.2, 0.3]);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.boolean(), (most, isWhole) => {
      const ticks = valueTicks(most, isWhole);
      expect(ticks.length).toBeLessThanOrEqual(6);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(most * 0.999_999);
    }),
  );
});

test("instants beside an axis lie within it, and are few", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2e12 }),
      fc.integer({ min: 60_000, max: 90 * 86_400_000 }),
      (from, length) => {
        const ticks = timeTicks(from, from + length);
        expect(ticks.length).toBeLessThanOrEqual(7);
        for (const at of ticks) {
          expect(at).toBeGreaterThanOrEqual(from);
          expect(at).toBeLessThanOrEqual(from + length);
        }
      },
    ),
  );
});

test("steps that were left out are there as empty ones", () => {
  const time = {
    from: "2026-11-28T10:00:30.000Z",
    until: "2026-11-28T10:03:00.000Z",
    stepMs: 60_000,
  };
  const slots = [{ at: "2026-11-28T10:01:00.000Z", calls: 7 }];
  expect(everyStep(slots, time, (at) => ({ at, calls: 0 })).map(({ calls }) => calls)).toEqual([
    0, 7, 0,
  ]);
});
