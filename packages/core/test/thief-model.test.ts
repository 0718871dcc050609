import fc from "fast-check";
import { test } from "vitest";
import { fates, ownerKinds, runHistory, type ThiefStep } from "./thief-model.js";

/** How many histories are tried; CI asks for more. */
const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 200);

const step: fc.Arbitrary<ThiefStep> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("register" as const),
      at: fc.constantFrom("owner" as const, "owner" as const, "sibling" as const, "thief" as const),
      hasLease: fc.boolean(),
      hasKey: fc.boolean(),
      proof: fc.nat(40),
      variant: fc.nat(1),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("beat" as const), draining: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("give-back" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("remove" as const), proof: fc.nat(40) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("probe" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("race" as const), first: fc.boolean() }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("pass" as const),
      seconds: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 90 })),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("restart-hub" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("pause-hub" as const), ms: fc.nat(600_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("jump" as const),
      ms: fc.constantFrom(-3_600_000, 3_600_000),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom(...fates), isElsewhere: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("sibling" as const),
      fate: fc.constantFrom("hang", "wake", "kill", "kill", "restart"),
    }),
  },
);

const steal = { do: "register", hasLease: true, hasKey: true, proof: 0, variant: 0 } as const;

/** Histories in which something was once taken. */
const examples: [(typeof ownerKinds)[number], ThiefStep[]][] = [
  // The hub stands still in short spells, and what the owner sent meanwhile must be received.
  [
    "leased",
    [
      { do: "pass", seconds: 4 },
      { do: "pause-hub", ms: 4_500 },
      { do: "pause-hub", ms: 5_250 },
      { ...steal, at: "owner" },
      { do: "pause-hub", ms: 5_250 },
      { do: "race", first: true },
      { do: "beat", draining: false },
    ],
  ],
  // A process that never answered is followed by one that does.
  [
    "keyed with a sibling",
    [
      { do: "race", first: false },
      { do: "hang", isElsewhere: false },
      { do: "pass", seconds: 5 },
      { do: "wake", isElsewhere: false },
      { do: "restart", isElsewhere: false },
      { do: "give-back" },
      { do: "pass", seconds: 10 },
    ],
  ],
  // Only the sibling is dead.
  [
    "keyed seed with a sibling",
    [
      { do: "sibling", fate: "kill" },
      { do: "pass", seconds: 1 },
      { ...steal, at: "owner" },
    ],
  ],
];

test(`whoever knows all that the hub shows takes nothing from a server that is there (${numRuns} histories)`, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...ownerKinds),
      fc.array(step, { minLength: 1, maxLength: 40, size: "max" }),
      runHistory,
    ),
    { numRuns, interruptAfterTimeLimit: 900_000, examples },
  );
}, 1_000_000);
