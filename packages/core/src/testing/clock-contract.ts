import { describe, expect, test } from "vitest";
import type { Clock } from "../clock.js";

/**
 * Every clock runs this. `pass` lets time go by and says how much at least, in milliseconds; a clock
 * that is set by hand is moved by it, the machine's is waited for.
 */
export function describeClock(
  name: string,
  create: () => { readonly clock: Clock; readonly pass: () => Promise<number> },
): void {
  describe(`Clock: ${name}`, () => {
    test("the wall clock counts whole milliseconds since 1970", () => {
      const wall = create().clock.wall();
      expect(wall).toBe(Math.floor(wall));
      expect(new Date(wall).getUTCFullYear()).toBeGreaterThanOrEqual(2020);
      expect(new Date(wall).getUTCFullYear()).toBeLessThan(2200);
    });

    test("the monotonic clock never goes back", () => {
      const { clock } = create();
      let last = clock.monotonic();
      expect(Number.isFinite(last)).toBe(true);
      for (let read = 0; read < 10_000; read += 1) {
        const next = clock.monotonic();
        if (next < last) throw new Error(`It went from ${last} back to ${next}.`);
        last = next;
      }
    });

    test("both count the time that passes, in milliseconds", async () => {
      const { clock, pass } = create();
      const [wall, monotonic] = [clock.wall(), clock.monotonic()];
      const passed = await pass();
      // A wall clock counts whole milliseconds, and a timer may end a little early.
      expect(clock.monotonic() - monotonic).toBeGreaterThanOrEqual(passed - 2);
      expect(clock.wall() - wall).toBeGreaterThanOrEqual(passed - 2);
      expect(clock.monotonic() - monotonic).toBeLessThan(passed + 60_000);
    });

    test("its functions need no receiver", () => {
      const { wall, monotonic } = create().clock;
      expect(typeof wall()).toBe("number");
      expect(typeof monotonic()).toBe("number");
    });
  });
}
