import { Writable } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ShownOutput } from "./shown-output.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 300);

/** Somebody who reads only when told to. */
function newReader() {
  const seen: string[] = [];
  let readOn = () => {};
  const to = new Writable({
    write(chunk, _encoding, done) {
      seen.push(String(chunk));
      readOn = done;
    },
  });
  return { to, seen, read: () => readOn() };
}

function shownTo(to: Writable, mostBytes: number) {
  const clock = { ms: 0 };
  const told: string[] = [];
  const output = new ShownOutput({
    to,
    prefix: "[it]",
    log: ({ message }) => told.push(message),
    now: () => clock.ms,
    mostBytes,
  });
  return { output, clock, told };
}

/** How many lines were told to be left out. */
const leftOut = (told: readonly string[]) =>
  told.reduce((sum, message) => sum + Number(/left out (\d+) lines/.exec(message)?.[1]), 0);

describe("what a server prints for people", () => {
  test("is shown within its bytes a second, and every line is shown or counted, once", () => {
    const line = fc.string({ maxLength: 40 }).map((text) => text.replaceAll(/[\r\n]/g, ""));
    const step = fc.tuple(line, fc.integer({ min: 0, max: 300 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const shown: { readonly at: number; readonly bytes: number }[] = [];
        const to = new Writable({
          write(chunk, _encoding, done) {
            shown.push({ at: clock.ms, bytes: chunk.length });
            done();
          },
        });
        const { output, clock, told } = shownTo(to, 200);
        for (const [text, pause] of steps) {
          output.show(text);
          clock.ms += pause;
        }
        clock.ms += 1_000;
        output.tell();
        expect(shown.length + leftOut(told)).toBe(steps.length);
        for (const { at } of shown) {
          // Two windows at most touch any one second.
          const within = shown.filter((one) => one.at >= at && one.at < at + 1_000);
          expect(within.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(400);
        }
      }),
      { numRuns },
    );
  });

  test("does not pile up when nobody reads, and is told of when somebody does", async () => {
    const { to, seen, read } = newReader();
    const { output, clock, told } = shownTo(to, 1024 * 1024);
    for (let line = 0; line < 100_000; line += 1) {
      output.show("x".repeat(100));
      clock.ms += 1;
    }
    expect(output.isFull).toBe(true);
    expect(to.writableLength).toBeLessThan(300 * 1024);
    expect(told).toEqual([]);
    const drained = new Promise<void>((resolve) => void output.whenDrained(resolve));
    while (output.isFull) {
      read();
      await new Promise(setImmediate);
    }
    await drained;
    clock.ms += 1_000;
    output.tell();
    expect(seen.length + leftOut(told)).toBe(100_000);
  });
});
