import fc from "fast-check";
import { expect, test } from "vitest";
import { slotCount } from "./machine-facts.js";
import { proofs, runSchedule, type Step } from "./machine-model.js";

/** How many schedules are tried; CI asks for more. */
const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 200);

const slot = fc.integer({ min: 0, max: slotCount - 1 });
const slots = fc.uniqueArray(slot, { minLength: 2, maxLength: 5 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("register" as const),
      slot,
      proof: fc.constantFrom(...proofs),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("beat" as const), slot }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("stale-beat" as const), slot }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("deregister" as const), slot }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("stale-deregister" as const), slot }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove" as const), slot }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("drain" as const), slot }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("hang" as const), slot }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("lock" as const), slot }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("refuse" as const), slot }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("break" as const),
      slot,
      how: fc.constantFrom("broken" as const, "locked" as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("answer" as const), slot, yes: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("all-die" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("race" as const), slots }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("advance" as const),
      ms: fc.oneof(fc.integer({ min: 1, max: 6_000 }), fc.integer({ min: 1, max: 200_000 })),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("run" as const),
      seconds: fc.integer({ min: 5, max: 60 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("sweep" as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("take-probes" as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("finish-probes" as const),
      count: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("jump" as const),
      ms: fc.constantFrom(-3_600_000, 3_600_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash" as const), slots }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("store" as const), works: fc.boolean() }),
  },
);

test(`the machine keeps its promises in any schedule (${numRuns} runs)`, async () => {
  let steps = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 40, size: "max" }),
      async (schedule) => {
        steps += schedule.length;
        await runSchedule(schedule);
      },
    ),
    { numRuns, interruptAfterTimeLimit: 900_000 },
  );
  expect(steps).toBeGreaterThan(numRuns);
}, 1_000_000);
