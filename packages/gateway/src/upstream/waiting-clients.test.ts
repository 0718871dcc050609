import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { WaitingClients } from "./waiting-clients.js";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

test("clients hear that a server is heard, or have waited long enough", async () => {
  const waiting = new WaitingClients();
  const told = [waiting.wait(), waiting.wait()];
  waiting.tell();
  expect(await Promise.all(told)).toEqual([true, true]);
  expect(vi.getTimerCount()).toBe(0);
  const late = waiting.wait();
  vi.advanceTimersByTime(2_000);
  waiting.tell();
  expect(await late).toBe(false);
});

test("clients that have waited long enough leave nothing behind", async () => {
  const waiting = new WaitingClients();
  const waits = Array.from({ length: 100 }, () => new WeakRef(waiting.wait()));
  vi.advanceTimersByTime(2_000);
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void; // which the flag brings
  // What a WeakRef was asked for in this turn is held until the turn ends.
  await new Promise(setImmediate);
  collect();
  expect(waits.filter((one) => one.deref() !== undefined)).toEqual([]);
  waiting.tell();
});
