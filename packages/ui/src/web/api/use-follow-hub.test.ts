import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { gathered } from "./use-follow-hub.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a burst of events is one reading, and the last event is not missed", () => {
  const run = vi.fn();
  const { call } = gathered(run, 1_000);
  for (let count = 0; count < 100; count += 1) call();
  expect(run).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(run).toHaveBeenCalledTimes(1);
  for (let count = 0; count < 40; count += 1) {
    call();
    vi.advanceTimersByTime(100);
  }
  expect(run).toHaveBeenCalledTimes(5);
  call();
  vi.advanceTimersByTime(1_000);
  expect(run).toHaveBeenCalledTimes(6);
});

test("nothing is read after the page is left", () => {
  const run = vi.fn();
  const { call, cancel } = gathered(run, 1_000);
  call();
  cancel();
  vi.advanceTimersByTime(5_000);
  expect(run).not.toHaveBeenCalled();
});
