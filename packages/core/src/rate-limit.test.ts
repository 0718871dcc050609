import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RateLimit } from "./rate-limit.js";

/** What a bucket is, written as one would say it. */
class Bucket {
  #level: number;
  #at = 0;

  constructor(readonly perMinute: number) {
    this.#level = perMinute;
  }

  take(now: number): boolean {
    this.#level = Math.min(
      this.perMinute,
      this.#level + ((now - this.#at) * this.perMinute) / 60_000,
    );
    this.#at = now;
    // What is filled is a fraction, which need not come out even.
    if (this.#level < 1 - 1e-6) return false;
    this.#level -= 1;
    return true;
  }
}

const step = fc.record({
  who: fc.constantFrom("a", "b", "c"),
  // Multiples of what one token takes to fill, and halves, so that both ways of counting are exact.
  halves: fc.integer({ min: 0, max: 40 }),
});

describe("a rate limit", () => {
  test("gives each what a bucket of its own would", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 5, 60, 600),
        fc.array(step, { maxLength: 200 }),
        (perMinute, steps) => {
          let now = 0;
          const limit = new RateLimit({ perMinute, now: () => now });
          const buckets = new Map<string, Bucket>();
          for (const { who, halves } of steps) {
            now += (halves * 30_000) / perMinute;
            const bucket = buckets.get(who) ?? new Bucket(perMinute);
            buckets.set(who, bucket);
            expect(limit.take(who) === 0).toBe(bucket.take(now));
          }
        },
      ),
    );
  });

  test("says when there is one again: not before, and then at once", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.nat(120_000), (perMinute, pauseMs) => {
        let now = 0;
        const limit = new RateLimit({ perMinute, now: () => now });
        for (let taken = 0; taken < perMinute; taken += 1) expect(limit.take("a")).toBe(0);
        now += pauseMs;
        while (limit.take("a") === 0);
        const waitMs = limit.waitMs("a");
        expect(waitMs).toBeGreaterThan(0);
        // A hundredth of a millisecond is more than what fractions lose.
        fc.pre(waitMs > 0.01);
        now += waitMs - 0.01;
        expect(limit.take("a")).toBeGreaterThan(0);
        now += 0.01;
        expect(limit.take("a")).toBe(0);
      }),
    );
  });

  test("never knows of more than it may, and forgets of some who have taken least", () => {
    const limit = new RateLimit({ perMinute: 10, now: () => 0, mostKnown: 100 });
    for (let taken = 0; taken < 10; taken += 1) limit.take("greedy");
    for (let who = 0; who < 1_000; who += 1) {
      limit.take(`${who}`);
      expect(limit.size).toBeLessThanOrEqual(100);
    }
    expect(limit.take("greedy")).toBeGreaterThan(0);
    expect(limit.largest).toEqual({ used: 10, by: "greedy" });
  });
});
