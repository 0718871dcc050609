import fc from "fast-check";
import { expect, test } from "vitest";
import { HubTime, latenessToleranceMs } from "./hub-time.js";

test("time goes by as the clock says, while somebody looks", () => {
  const time = new HubTime(100, 5_000);
  expect(time.observe(100)).toBe(0);
  expect(time.observe(1_100)).toBe(1_000);
  expect(time.observe(6_100)).toBe(6_000);
});

test("a pause counts as one sweep and its tolerance at most, however long it was", () => {
  const time = new HubTime(0, 5_000);
  expect(time.observe(150_000)).toBe(5_000 + latenessToleranceMs);
  expect(time.observe(151_000)).toBe(6_000 + latenessToleranceMs);
});

test("sweeps that come a little late lose no time", () => {
  const time = new HubTime(0, 5_000);
  for (let sweep = 1; sweep <= 100; sweep += 1)
    expect(time.observe(sweep * 5_200)).toBe(sweep * 5_200);
});

test("a clock that goes back does not take time with it", () => {
  const time = new HubTime(10_000, 5_000);
  expect(time.observe(9_000)).toBe(0);
  expect(time.observe(9_500)).toBe(500);
});

test("it never goes back, nor faster than the clock", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -10_000, max: 400_000 })), (steps) => {
      const time = new HubTime(0, 5_000);
      let clock = 0;
      let last = 0;
      let forward = 0;
      for (const step of steps) {
        clock += step;
        forward += Math.max(0, step);
        const now = time.observe(clock);
        expect(now).toBeGreaterThanOrEqual(last);
        expect(now).toBeLessThanOrEqual(forward);
        last = now;
      }
    }),
  );
});
