import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CallTimer } from "./call-timer.js";

const toFake = ["setTimeout", "clearTimeout", "setImmediate", "performance"] as const;
beforeEach(() => void vi.useFakeTimers({ toFake: [...toFake] }));
/** Until its time is over, and has been looked at once more: here `setImmediate` takes 1 ms. */
const overMs = 2;
afterEach(() => void vi.useRealTimers());

function start() {
  const ended: number[] = [];
  const silent: boolean[] = [];
  const timer = new CallTimer({ callTimeoutMs: 100, callCapMs: 450 }, ({ afterMs, isSilent }) => {
    ended.push(afterMs);
    silent.push(isSilent);
  });
  return { timer, ended, silent };
}

describe("the timer of a call", () => {
  test("ends it after silence, once", () => {
    const { ended, silent } = start();
    vi.advanceTimersByTime(99);
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(ended).toEqual([100]);
    expect(silent).toEqual([true]);
  });

  test("does not end it for what came while the process stood still, and is read right after", () => {
    const { timer, ended } = start();
    // As the event loop does: first the timers that are due, then what sockets have, then what was put off.
    setTimeout(() => setImmediate(() => timer.touch()), 99);
    vi.advanceTimersByTime(199);
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(overMs);
    expect(ended).toEqual([100]);
  });

  test("begins anew with each sign of life, up to the cap", () => {
    const { timer, ended, silent } = start();
    for (let step = 0; step < 10 && ended.length === 0; step += 1) {
      vi.advanceTimersByTime(60);
      timer.touch();
    }
    expect(ended).toEqual([450]);
    // Whoever is blamed for it, it is not for silence.
    expect(silent).toEqual([false]);
    expect(performance.now()).toBeLessThan(600);
  });

  test("waits in the hub for longer than a short limit, which begins when the call goes out", () => {
    const ended: number[] = [];
    const timer = new CallTimer(
      { callTimeoutMs: 50, callCapMs: 10_000, waitMs: 1_000 },
      ({ afterMs }) => ended.push(afterMs),
    );
    vi.advanceTimersByTime(900);
    timer.sent();
    vi.advanceTimersByTime(49);
    expect(ended).toEqual([]);
    timer.touch();
    vi.advanceTimersByTime(49);
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(ended).toEqual([50]);
  });

  test("ends a call that is never sent when it has waited long enough", () => {
    const ended: number[] = [];
    const limits = { callTimeoutMs: 50, callCapMs: 10_000, waitMs: 1_000 };
    new CallTimer(limits, ({ afterMs }) => ended.push(afterMs));
    vi.advanceTimersByTime(999);
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(overMs);
    expect(ended).toEqual([1_000]);
  });

  test("takes a limit that is longer than the wait", () => {
    const ended: number[] = [];
    const timer = new CallTimer(
      { callTimeoutMs: 500, callCapMs: 10_000, waitMs: 100 },
      ({ afterMs }) => ended.push(afterMs),
    );
    timer.sent();
    vi.advanceTimersByTime(499);
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(overMs);
    expect(ended).toEqual([500]);
  });

  test("does not count while somebody is asked, and goes on when all have answered", () => {
    const { timer, ended } = start();
    timer.pause();
    timer.pause();
    vi.advanceTimersByTime(250);
    timer.resume();
    vi.advanceTimersByTime(150);
    expect(ended).toEqual([]);
    timer.resume();
    vi.advanceTimersByTime(99);
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(overMs);
    expect(ended).toEqual([100]);
  });

  test("meets the cap even while somebody is asked", () => {
    const { timer, ended } = start();
    timer.pause();
    vi.advanceTimersByTime(1_000);
    expect(ended).toEqual([450]);
  });

  test("never fires once the call is over", () => {
    const { timer, ended } = start();
    timer.clear();
    timer.touch();
    timer.resume();
    vi.advanceTimersByTime(10_000);
    expect(ended).toEqual([]);
  });
});
