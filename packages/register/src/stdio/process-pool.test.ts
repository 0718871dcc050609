import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PooledProcess, ProcessPool, TooManyProcesses } from "./process-pool.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 300);

class FakeProcess implements PooledProcess {
  isEnding = false;
  leave = () => {};
  readonly gone = new Promise<void>((resolve) => {
    this.leave = resolve;
  });
}

const turns = () => new Promise((resolve) => setImmediate(resolve));

describe("ProcessPool", () => {
  test("never holds more than it may, refuses only when all are in use, and forgets none", async () => {
    const step = fc.record({
      kind: fc.constantFrom("open", "fails", "end", "leave"),
      index: fc.nat(20),
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step), async (most, steps) => {
        const pool = new ProcessPool<FakeProcess>(most);
        const living: FakeProcess[] = [];
        let asked = 0;
        let refused = 0;
        let opened = 0;
        const start = async () => {
          const one = new FakeProcess();
          living.push(one);
          expect(living.length).toBeLessThanOrEqual(most);
          return one;
        };
        for (const { kind, index } of steps) {
          const one = living[index % Math.max(living.length, 1)];
          if (kind === "open") {
            const allInUse = living.length === most && living.every(({ isEnding }) => !isEnding);
            asked += 1;
            const before = refused;
            void pool.open(start).then(
              () => {
                opened += 1;
              },
              (error) => {
                expect(error).toBeInstanceOf(TooManyProcesses);
                refused += 1;
              },
            );
            await turns();
            if (allInUse) expect(refused).toBe(before + 1);
          } else if (kind === "fails") {
            if (living.length === most) continue;
            await expect(pool.open(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
          } else if (one !== undefined) {
            one.isEnding = true;
            if (kind === "leave") {
              living.splice(living.indexOf(one), 1);
              one.leave();
            }
            await turns();
          }
          expect(pool.size).toBe(living.length);
        }
        // Whoever still waits gets a place, or hears that there is none, when all have left.
        while (living.length > 0) {
          living.shift()?.leave();
          await turns();
        }
        expect(opened + refused).toBe(asked);
        expect(pool.size).toBe(0);
      }),
      { numRuns },
    );
  });
});
