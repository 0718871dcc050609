import fc from "fast-check";
import { expect, test } from "vitest";
import { createFairLimiter } from "./fair-limiter.js";

/** Work of which each piece runs until it is let go. */
function harness(most: number) {
  const limiter = createFairLimiter({ most });
  const running: { host: string; isDoubtful: boolean; name: string; end: () => void }[] = [];
  const started: string[] = [];
  const add = (host: string, isDoubtful: boolean, isUrgent = false, name = host) =>
    limiter.run({
      host,
      isDoubtful,
      isUrgent,
      work: () =>
        new Promise<void>((resolve) => {
          const piece = {
            host,
            isDoubtful,
            name,
            end() {
              running.splice(running.indexOf(piece), 1);
              resolve();
            },
          };
          started.push(name);
          running.push(piece);
        }),
    });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { limiter, running, started, add, turn };
}

test("no order of work exceeds a limit, and all of it runs in the end", async () => {
  const piece = fc.record({
    host: fc.constantFrom("a", "b", "c"),
    isDoubtful: fc.boolean(),
    isUrgent: fc.boolean(),
    /** Whether one that runs ends before the next is added. */
    endsOne: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 9 }), fc.array(piece), async (most, pieces) => {
      const { add, limiter, running, started, turn } = harness(most);
      const check = () => {
        expect(running.length).toBeLessThanOrEqual(most);
        const doubtful = running.filter(({ isDoubtful }) => isDoubtful).length;
        expect(doubtful).toBeLessThanOrEqual(Math.max(1, Math.floor(most / 2)));
        for (const host of ["a", "b", "c"])
          expect(running.filter((one) => one.host === host).length).toBeLessThanOrEqual(4);
      };
      for (const { host, isDoubtful, isUrgent, endsOne } of pieces) {
        void add(host, isDoubtful, isUrgent);
        check();
        if (endsOne) running[0]?.end();
        await turn();
        check();
      }
      while (running.length > 0) {
        running[0]?.end();
        await turn();
        check();
      }
      await limiter.settled();
      expect(started).toHaveLength(pieces.length);
    }),
    { numRuns: 60 },
  );
});

test("what somebody waits for comes before what nobody waits for, in its turn", async () => {
  const { add, running, started, turn } = harness(1);
  void add("a", false, false, "first");
  void add("a", false, false, "patient");
  void add("a", false, true, "urgent");
  void add("a", false, true, "urgent too");
  while (running.length > 0) {
    running[0]?.end();
    await turn();
  }
  expect(started).toEqual(["first", "urgent", "urgent too", "patient"]);
});

test("hosts take turns, however much of one waits", async () => {
  const { add, running, started, turn } = harness(1);
  for (let index = 0; index < 3; index += 1) void add("many", false, false, `many ${index}`);
  void add("one", false);
  while (running.length > 0) {
    running[0]?.end();
    await turn();
  }
  expect(started.indexOf("one")).toBeLessThan(started.indexOf("many 2"));
});

test("work that fails gives its place back", async () => {
  const { limiter, add, running, turn } = harness(1);
  await limiter.run({
    host: "a",
    isDoubtful: false,
    isUrgent: false,
    work: () => Promise.reject(new Error("broken")),
  });
  void add("b", false);
  await turn();
  expect(running.map(({ host }) => host)).toEqual(["b"]);
  running[0]?.end();
  await limiter.settled();
});

test("is settled when there is nothing to do", async () => {
  await createFairLimiter({ most: 3 }).settled();
});
