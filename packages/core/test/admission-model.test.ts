import fc from "fast-check";
import { expect, test } from "vitest";
import { type AdmissionStep, hosts, names, registrants, runAdmissions } from "./admission-model.js";

/** How many histories are tried; CI asks for more. */
const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 200);

const name = fc.nat({ max: names.length - 1 });
const on = (what: "admit" | "refuse" | "remove" | "leave" | "forget" | "die") =>
  fc.record({ do: fc.constant(what), name });

const step: fc.Arbitrary<AdmissionStep> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant("register" as const),
      name,
      by: fc.nat({ max: registrants.length - 1 }),
      host: fc.nat({ max: hosts.length - 1 }),
      port: fc.nat({ max: 1 }),
      hasKey: fc.boolean(),
      hasLease: fc.boolean(),
    }),
  },
  { weight: 5, arbitrary: on("admit") },
  { weight: 2, arbitrary: on("refuse") },
  { weight: 1, arbitrary: on("remove") },
  { weight: 2, arbitrary: on("leave") },
  { weight: 4, arbitrary: on("die") },
  { weight: 1, arbitrary: on("forget") },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("restart" as const),
      isAsked: fc.boolean(),
      hasRule: fc.boolean(),
    }),
  },
);

test(`a server is seen by others exactly when somebody let it in (${numRuns} runs)`, async () => {
  let steps = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 30, size: "max" }),
      async (history) => {
        steps += history.length;
        await runAdmissions(history);
      },
    ),
    { numRuns },
  );
  expect(steps).toBeGreaterThan(numRuns);
}, 300_000);
