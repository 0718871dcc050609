import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FindingCode } from "../src/probe.js";
import type { RegistrationInput } from "../src/registration.js";
import { World } from "./world.js";

const here = "http://127.0.0.1:8001/mcp";
const seed: RegistrationInput = { name: "Alpha", transport: "http", endpoint: here };
const numRuns = Math.min(300, Number(process.env.HUB_PROPERTY_RUNS ?? 40));

/** A server that is up and then dies: nothing listens any more, or it hangs. */
async function startAndDie(registration: RegistrationInput, isHanging: boolean) {
  const world = await World.create();
  world.answering.add(here);
  await world.register(registration);
  await world.pass(10_000);
  expect(world.status("alpha")).toBe("up");
  world.answering.delete(here);
  if (isHanging) world.failing.set(here, "TOO_SLOW");
  return world;
}

describe("a dead server that others keep registering", () => {
  test.each([
    ["refuses every connection", false, 1],
    ["refuses every connection", false, 2],
    ["hangs", true, 2],
    ["hangs", true, 7],
  ])(
    "and that %s is down like any other (hanging: %s, every %i s)",
    async (_, isHanging, everyS) => {
      const world = await startAndDie(seed, isHanging);
      let passedS = 0;
      await world.pass(240_000, async () => {
        passedS += 1;
        if (passedS % everyS === 0) await world.register(seed);
        if (passedS > 60) expect(world.status("alpha")).not.toBe("up");
      });
      expect(world.status("alpha")).toBe("down");
    },
  );

  test("and whose probes take longer than the registrations are apart is seen all the same", async () => {
    const world = await startAndDie(seed, true);
    const flights: { readonly backAt: number; readonly land: () => void }[] = [];
    for (let passedS = 0; passedS < 240; passedS += 1) {
      world.clock.advance(1_000);
      const now = world.registry.now().hub;
      if (passedS % 2 === 0) await world.register(seed);
      for (const task of world.registry.takeDueProbes(10))
        flights.push({
          backAt: now + 5_000,
          land: () => world.registry.recordProbe(task, world.look(task.target)),
        });
      while (flights[0] !== undefined && flights[0].backAt <= now) flights.shift()?.land();
      world.registry.sweep();
      await world.registry.drain();
    }
    expect(world.status("alpha")).toBe("down");
  });

  test(`is not up for long, whatever they bring (${numRuns} histories)`, async () => {
    const registration = fc.record(
      {
        lease: fc.record({ ttlMs: fc.constantFrom(5_000, 30_000, 3_600_000) }),
        serviceKey: fc.constant("the thief's"),
        candidates: fc.subarray(["http://127.0.0.1:2/mcp", "http://127.0.0.1:3/mcp"]),
        description: fc.constantFrom("One", "Two"),
      },
      { requiredKeys: [] },
    );
    const codes = fc.constantFrom<FindingCode | undefined>(undefined, "TOO_SLOW", "HOST_REFUSED");
    const said = fc.array(fc.tuple(registration, fc.boolean(), fc.integer({ min: 0, max: 9 })), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(said, codes, fc.boolean(), async (rounds, code, isLeased) => {
        const world = await startAndDie(isLeased ? { ...seed, lease: {} } : seed, false);
        if (code !== undefined) world.failing.set(here, code);
        let lease: string | undefined;
        for (let passedS = 0; passedS < 150; ) {
          for (const [more, isProving, pauseS] of rounds) {
            const proof = isProving ? lease : undefined;
            const answer = await world.register({ ...seed, ...more }, proof);
            lease = answer.lease?.id ?? lease;
            await world.pass((pauseS + 1) * 1_000);
            passedS += pauseS + 1;
            if (passedS > 90) expect(world.status("alpha")).not.toBe("up");
          }
        }
      }),
      { numRuns },
    );
  });
});

describe("a server without a lease that starts anew", () => {
  test.each([
    ["and was up", 0],
    ["and was seen failing", 5_000],
    ["and was down", 200_000],
  ])("%s is up as soon as it answers", async (_, deadMs) => {
    const world = await startAndDie(seed, false);
    await world.pass(deadMs);
    await world.register(seed);
    await world.pass(3_000);
    expect(world.status("alpha")).not.toBe("unreachable");
    world.answering.add(here);
    await world.pass(1_000);
    expect(world.status("alpha")).toBe("up");
  });

  test("is looked at soon again when it had not answered since the hub started", async () => {
    const world = await startAndDie(seed, false);
    await world.restart();
    await world.pass(400_000);
    expect(world.status("alpha")).toBe("down");
    await world.register(seed);
    await world.pass(3_000);
    world.answering.add(here);
    await world.pass(1_000);
    expect(world.status("alpha")).toBe("up");
  });
});
