import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Holder, Shares } from "./shares.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 500);

class Place implements Holder {
  isUsed = false;
  isEnded = false;
  end() {
    this.isEnded = true;
  }
}

function used(): Place {
  const place = new Place();
  place.isUsed = true;
  return place;
}

/** Takes places until one is refused; gives those that were granted. */
function takeAll(shares: Shares, peer: string, make: () => Place = used): Place[] {
  const taken: Place[] = [];
  for (;;) {
    const place = make();
    if (!shares.admit(peer, place)) return taken;
    taken.push(place);
  }
}

describe("shares", () => {
  test("one peer alone gets half, the next one half of the rest", () => {
    const shares = new Shares(100);
    expect(takeAll(shares, "greedy")).toHaveLength(50);
    expect(takeAll(shares, "second")).toHaveLength(25);
    expect(shares.admit("modest", used())).toBe(true);
    expect(shares.largest).toBe("greedy");
  });

  test("what was never used goes first, the oldest one; what was used stays", () => {
    const shares = new Shares(6);
    const [first, second, third] = [new Place(), used(), new Place()];
    for (const place of [first, second, third]) shares.admit("one", place);
    expect(shares.admit("one", used())).toBe(true);
    expect([first, second, third].map(({ isEnded }) => isEnded)).toEqual([true, false, false]);
    expect(shares.admit("one", used())).toBe(true);
    expect(shares.admit("one", used())).toBe(false);
    expect(shares.size).toBe(3);
  });

  test("a place that is given back twice, or was never given, changes nothing", () => {
    const shares = new Shares(4);
    const place = used();
    shares.admit("one", place);
    shares.leave("one", used());
    shares.leave("two", place);
    expect(shares.size).toBe(1);
    shares.leave("one", place);
    shares.leave("one", place);
    expect(shares.size).toBe(0);
  });

  test("under greed: never above the limit, nothing used is ended, and a modest peer gets its share", () => {
    const step = fc.record({
      peer: fc.integer({ min: 0, max: 3 }),
      does: fc.constantFrom("open", "open", "open", "use", "leave"),
      pick: fc.nat(),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { maxLength: 400 }),
        (limit, greedy, steps) => {
          const shares = new Shares(limit);
          const places = Array.from({ length: 4 }, (): Place[] => []);
          const standing = (peer: number) => (places[peer] ?? []).filter((one) => !one.isEnded);
          const check = () => {
            const held = [0, 1, 2, 3].map((peer) => standing(peer).length);
            expect(shares.size).toBe(held.reduce((sum, count) => sum + count));
            expect(shares.size).toBeLessThanOrEqual(limit);
            for (const count of held) expect(count).toBeLessThanOrEqual(Math.ceil(limit / 2));
          };
          for (const { peer: drawn, does, pick } of steps) {
            const peer = drawn % greedy;
            const mine = standing(peer);
            const chosen = mine[pick % Math.max(1, mine.length)];
            if (does === "use" && chosen !== undefined) chosen.isUsed = true;
            else if (does === "leave" && chosen !== undefined) {
              shares.leave(String(peer), chosen);
              chosen.isEnded = true;
            } else if (does === "open") {
              const all = places.flat().filter((one) => one.isUsed && !one.isEnded);
              const free = limit - shares.size;
              const place = new Place();
              const isIn = shares.admit(String(peer), place);
              if (isIn) places[peer]?.push(place);
              // It is refused only with as much as is free, and nothing of its own to give for it.
              else expect(mine.length >= free && mine.every((one) => one.isUsed)).toBe(true);
              expect(all.filter((one) => one.isEnded)).toEqual([]);
            }
            check();
          }
          for (let peer = 0; peer < greedy; peer += 1) takeAll(shares, String(peer));
          const left = (limit + 1) / 2 ** greedy - 1;
          expect(limit - shares.size).toBeGreaterThanOrEqual(Math.floor(left));
          const wish = Math.ceil(Math.floor(left) / 2);
          expect(takeAll(shares, "modest").length).toBeGreaterThanOrEqual(wish);
        },
      ),
      { numRuns },
    );
  });
});
