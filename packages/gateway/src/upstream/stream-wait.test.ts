import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { UpstreamInstance } from "./instances.js";
import { waitForStream } from "./stream-wait.js";

const handshakeMs = 10_000;
const unprovenMs = 2_000;
/** So long, no server is silent that had something to say when it opened its stream. */
const silenceMs = 1_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Of an instance, this alone counts. */
const anInstance = () => ({ opensStreams: false }) as UpstreamInstance;

function waiting(instance: UpstreamInstance) {
  const wait = waitForStream(instance, handshakeMs);
  const told: boolean[] = [];
  void wait.isOver.then((isOver) => told.push(isOver));
  return { wait, told };
}

/** It opens a stream, and says the first thing so much later. */
async function opens(instance: UpstreamInstance, speaksAfterMs: number) {
  const { wait } = waiting(instance);
  wait.opened();
  await vi.advanceTimersByTimeAsync(speaksAfterMs);
  wait.heard();
  await vi.advanceTimersByTimeAsync(silenceMs);
}

test("a server that has opened a stream before it spoke is waited for as long as for a handshake", async () => {
  const instance = anInstance();
  await opens(instance, silenceMs);
  const { told, wait } = waiting(instance);
  await vi.advanceTimersByTimeAsync(handshakeMs - 1);
  expect(told).toEqual([]);
  wait.opened();
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual([true]);
});

test("one that does not open a stream in all that time is waited for briefly, until it opens one again", async () => {
  const instance = anInstance();
  await opens(instance, silenceMs);
  const { told, wait } = waiting(instance);
  await vi.advanceTimersByTimeAsync(handshakeMs);
  expect(told).toEqual([false]);
  const { told: next } = waiting(instance);
  await vi.advanceTimersByTimeAsync(unprovenMs);
  expect(next).toEqual([false]);
  wait.opened();
  await vi.advanceTimersByTimeAsync(silenceMs);
  const { told: last } = waiting(instance);
  await vi.advanceTimersByTimeAsync(unprovenMs);
  expect(last).toEqual([]);
});

test.each([0, 1])(
  "one whose streams begin with what it says first, cut %i ms before it, is waited for briefly",
  async (speaksAfterMs) => {
    const instance = anInstance();
    await opens(instance, speaksAfterMs);
    const { told } = waiting(instance);
    await vi.advanceTimersByTimeAsync(unprovenMs);
    expect(told).toEqual([false]);
  },
);

test("one that shows meanwhile that it opens them is waited for", async () => {
  const instance = anInstance();
  const { told } = waiting(instance);
  await opens(instance, silenceMs);
  await vi.advanceTimersByTimeAsync(unprovenMs);
  expect(told).toEqual([]);
});

test("a stream that will not be is not waited for", async () => {
  const instance = anInstance();
  const { told, wait } = waiting(instance);
  wait.ended();
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual([true]);
  expect(vi.getTimerCount()).toBe(0);
});
