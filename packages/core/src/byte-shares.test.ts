import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteShares } from "./byte-shares.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 500);

test("a peer has at most as much as is free, and what it gives back is free again", () => {
  const shares = new ByteShares(100);
  expect(shares.take("greedy", 51)).toBe(false);
  expect(shares.take("greedy", 50)).toBe(true);
  expect(shares.take("greedy", 1)).toBe(false);
  expect(shares.take("modest", 25)).toBe(true);
  expect([shares.total, shares.largest]).toEqual([75, "greedy"]);
  shares.give("greedy", 50);
  expect(shares.take("modest", 12)).toBe(true);
  expect([shares.total, shares.largest]).toEqual([37, "modest"]);
});

test("under greed: the total is what all have, never above the limit, and something is left", () => {
  const step = fc.record({
    peer: fc.integer({ min: 0, max: 2 }),
    bytes: fc.integer({ min: 1, max: 400 }),
    isGiven: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 8, max: 1_000 }),
      fc.array(step, { maxLength: 200 }),
      (limit, steps) => {
        const shares = new ByteShares(limit);
        const held = [0, 0, 0];
        for (const { peer, bytes, isGiven } of steps) {
          const has = held[peer] ?? 0;
          if (isGiven) {
            const given = Math.min(has, bytes);
            shares.give(String(peer), given);
            held[peer] = has - given;
          } else if (shares.take(String(peer), bytes)) held[peer] = has + bytes;
          expect(shares.total).toBe(held.reduce((sum, one) => sum + one));
        }
        // Each of three took at most what was free, so the fourth finds an eighth.
        for (let peer = 0; peer < 3; peer += 1) while (shares.take(String(peer), 1));
        expect(limit - shares.total).toBeGreaterThanOrEqual(Math.floor(limit / 8));
      },
    ),
    { numRuns },
  );
});
