import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Turns } from "./turns.js";

/** Work in steps of these sizes, one turn after the other as the test says. */
function harness(
  sizes: readonly number[],
  unitsPerTurn: number,
  onFault?: (error: unknown) => void,
) {
  const tasks: (() => void)[] = [];
  const done: number[] = [];
  let runs = 0;
  const turns = new Turns({
    *work() {
      runs += 1;
      for (const size of sizes) {
        done.push(size);
        if (Number.isNaN(size)) throw new Error("broken");
        yield size;
      }
    },
    unitsPerTurn,
    onFault,
    later: (task) => tasks.push(task),
  });
  const turn = () => tasks.shift()?.();
  return { turns, tasks, done, turn, runs: () => runs };
}

describe("work in turns", () => {
  test("is all done, in its order, and no turn does more than it may and one step", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 20 })),
        fc.integer({ min: 1, max: 30 }),
        (sizes, unitsPerTurn) => {
          const { turns, tasks, done, turn } = harness(sizes, unitsPerTurn);
          let before = 0;
          const check = () => {
            const part = done.slice(before);
            before = done.length;
            const whole = part.slice(0, -1).reduce((sum, one) => sum + one, 0);
            expect(whole).toBeLessThan(unitsPerTurn);
          };
          turns.start();
          check();
          while (tasks.length > 0) {
            expect(tasks).toHaveLength(1);
            turn();
            check();
          }
          expect(done).toEqual(sizes);
          expect(turns.isRunning).toBe(false);
        },
      ),
    );
  });

  test("begins once, however often it is asked for", () => {
    const { turns, runs, turn } = harness([5, 5, 5], 5);
    turns.start();
    turns.start();
    turns.startLater();
    expect(runs()).toBe(1);
    while (turns.isRunning) turn();
    turns.start();
    expect(runs()).toBe(2);
  });

  test("that begins later lets what has come in go first", () => {
    const { turns, tasks, done, turn } = harness([1], 5);
    turns.startLater();
    expect(done).toEqual([]);
    expect(tasks).toHaveLength(1);
    turn();
    expect(done).toEqual([1]);
  });

  test("that was stopped does nothing more, and begins anew", () => {
    const { turns, done, turn, runs } = harness([5, 6, 7], 5);
    turns.start();
    turns.stop();
    expect(turns.isRunning).toBe(false);
    turn();
    expect(done).toEqual([5]);
    turns.start();
    expect(runs()).toBe(2);
    expect(done).toEqual([5, 5]);
  });

  test("that was stopped and begun again has one turn at a time", () => {
    const { turns, tasks, done, turn } = harness([5, 6, 7], 5);
    turns.start();
    turns.stop();
    turns.start();
    while (tasks.length > 0) turn();
    expect(done).toEqual([5, 5, 6, 7]);
  });

  test("goes on at once for who asks for what it makes", () => {
    const { turns, done } = harness([5, 6, 7], 5);
    turns.advance();
    turns.advance();
    expect(done).toEqual([5, 6]);
    turns.advance();
    // It has said nothing of its end yet.
    turns.advance();
    expect(done).toEqual([5, 6, 7]);
    expect(turns.isRunning).toBe(false);
  });

  test("that fails is over, and the fault is told", () => {
    const faults: unknown[] = [];
    const { turns, turn, done } = harness([5, Number.NaN, 7], 5, (error) => faults.push(error));
    turns.start();
    turn();
    expect(faults).toEqual([new Error("broken")]);
    expect(turns.isRunning).toBe(false);
    turn();
    expect(done).toHaveLength(2);
  });

  test("that fails where nobody hears of it throws", () => {
    const { turns } = harness([Number.NaN], 5);
    expect(() => turns.start()).toThrow("broken");
    expect(turns.isRunning).toBe(false);
  });
});
