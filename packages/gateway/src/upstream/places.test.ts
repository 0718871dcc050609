import fc from "fast-check";
import { expect, test } from "vitest";
import { Places } from "./places.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 500);

test("peers that wait come in by turns, each with the one that waits longest", () => {
  const places = new Places({ most: 1, mostWaiting: 100 });
  const began: string[] = [];
  const leave = places.enter(() => began.push("first"), "greedy");
  const enter = (name: string, peer: string) => {
    const left = places.enter(() => {
      began.push(name);
      // It takes no time.
      queueMicrotask(() => left?.());
    }, peer);
  };
  for (const name of ["g1", "g2", "g3", "g4"]) enter(name, "greedy");
  enter("m1", "modest");
  enter("o1", "other");
  enter("m2", "modest");
  leave?.();
  return Promise.resolve().then(async () => {
    while (places.taken > 0) await Promise.resolve();
    expect(began).toEqual(["first", "g1", "m1", "o1", "g2", "m2", "g3", "g4"]);
    expect(places.waiting).toBe(0);
  });
});

test("more places let those in that wait, and fewer take none away", () => {
  const places = new Places({ most: 1, mostWaiting: 100 });
  const began: number[] = [];
  const leavers = [0, 1, 2, 3, 4].map((one) => places.enter(() => began.push(one), "peer"));
  expect(began).toEqual([0]);
  places.allow(3);
  expect(began).toEqual([0, 1, 2]);
  places.allow(1);
  expect(places.taken).toBe(3);
  leavers[0]?.();
  leavers[1]?.();
  expect(began).toEqual([0, 1, 2]);
  leavers[2]?.();
  expect(began).toEqual([0, 1, 2, 3]);
  places.allow(10);
  expect(began).toEqual([0, 1, 2, 3, 4]);
  expect(places.waiting).toBe(0);
});

test("under greed: a peer with fewer in line than places are left in it is let in, and nobody waits while a place is free", () => {
  const deed = fc.record({
    peer: fc.integer({ min: 0, max: 3 }),
    does: fc.constantFrom("enter", "enter", "enter", "leave", "give up"),
    pick: fc.nat(),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 20 }),
      fc.array(deed, { maxLength: 120 }),
      (most, mostWaiting, deeds) => {
        const places = new Places({ most, mostWaiting });
        type One = { readonly peer: number; isIn: boolean; leave?: () => void };
        const all: One[] = [];
        for (const { peer, does, pick } of deeds) {
          if (does === "enter") {
            const one: One = { peer, isIn: false };
            const mine = all.filter((other) => other.peer === peer && !other.isIn).length;
            const free = mostWaiting - places.waiting;
            const isFull = places.taken >= most;
            const leave = places.enter(() => {
              one.isIn = true;
            }, String(peer));
            expect(leave !== undefined).toBe(!isFull || mine < free);
            if (leave !== undefined) all.push(Object.assign(one, { leave }));
          } else {
            const candidates = all.filter(({ isIn }) => isIn === (does === "leave"));
            const one = candidates[pick % Math.max(1, candidates.length)];
            if (one === undefined) continue;
            all.splice(all.indexOf(one), 1);
            one.leave?.();
          }
          expect(places.waiting).toBe(all.filter(({ isIn }) => !isIn).length);
          expect(places.taken).toBe(all.filter(({ isIn }) => isIn).length);
          if (places.waiting > 0) expect(places.taken).toBeGreaterThanOrEqual(most);
        }
      },
    ),
    { numRuns },
  );
});
