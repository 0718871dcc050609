import { expect, test } from "vitest";
import { type Guard, isGuarding, openGuard, stepGuard } from "./guard.js";
import { defaultSettings } from "./settings.js";

const { guardMaxMs, leaseTtlMs } = defaultSettings;
const step = (guard: Guard, stale: number, total: number, now: number) =>
  stepGuard(guard, { stale, total }, now, defaultSettings);

test.each([
  [0, 0, false],
  [2, 2, false],
  [1, 3, false],
  [2, 3, true],
  [10, 20, false],
  [11, 20, true],
])("%i silent of %i: it holds is %s", (stale, total, holds) => {
  expect(isGuarding(step(openGuard, stale, total, 0), 0)).toBe(holds);
});

test("when they are back it holds for one more time to live", () => {
  const cleared = step(step(openGuard, 3, 3, 0), 1, 3, 10_000);
  expect(isGuarding(cleared, 10_000 + leaseTtlMs - 1)).toBe(true);
  expect(isGuarding(cleared, 10_000 + leaseTtlMs)).toBe(false);
});

test("it has an end, and holds again only after a healthy moment", () => {
  const held = step(openGuard, 3, 3, 0);
  expect(isGuarding(step(held, 3, 3, guardMaxMs - 1), guardMaxMs - 1)).toBe(true);
  let guard = step(held, 3, 3, guardMaxMs);
  const end = guardMaxMs + leaseTtlMs;
  expect(isGuarding(guard, end - 1)).toBe(true);
  guard = step(guard, 3, 3, end);
  expect(isGuarding(guard, end)).toBe(false);
  guard = step(guard, 0, 3, end + 5_000);
  expect(isGuarding(step(guard, 3, 3, end + 10_000), end + 10_000)).toBe(true);
});
