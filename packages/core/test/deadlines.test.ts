import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { World } from "./world.js";

const sweepMs = 5_000;

/** A server with a lease of so long that beats as often as it should, until it dies. */
type Life = { readonly ttlMs: number; readonly phaseMs: number; readonly diesAt: number };

/**
 * Runs a hub as its scheduler does: it wakes for sweeps, deadlines and probes only, and no later. Returns
 * how long after the end of its lease each dead server was still up, and how many sweeps there were.
 */
async function run(lives: readonly Life[], untilMs: number) {
  const world = await World.create({ sweepMs, downAfterMs: 3_600_000, guardMinInstances: 1_000 });
  const startedAt = world.clock.monotonic();
  const passed = () => world.clock.monotonic() - startedAt;
  const servers = await Promise.all(
    lives.map(async (life, index) => {
      const endpoint = `http://127.0.0.1:${9_000 + index}/mcp`;
      world.answering.add(endpoint);
      const { lease } = await world.register({
        name: `Server ${index}`,
        endpoint,
        transport: "http",
        lease: { ttlMs: life.ttlMs },
      });
      const beatEveryMs = Math.floor(life.ttlMs / 3);
      return {
        ...life,
        endpoint,
        leaseId: lease?.id ?? "",
        nextBeatAt: life.phaseMs,
        beatEveryMs,
        renewedAt: 0,
      };
    }),
  );
  world.probe();
  let nextSweepAt = sweepMs;
  let sweeps = 0;
  const late = new Map<string, number>();
  while (passed() < untilMs) {
    const moments = [
      nextSweepAt - passed(),
      world.registry.nextDeadlineInMs(),
      world.registry.nextProbeInMs(),
      ...servers
        .filter((one) => one.nextBeatAt <= one.diesAt)
        .map((one) => one.nextBeatAt - passed()),
    ];
    world.clock.advance(Math.max(1, Math.ceil(Math.min(...moments))));
    for (const one of servers) {
      if (passed() >= one.diesAt) world.answering.delete(one.endpoint);
      if (one.nextBeatAt > passed() || one.nextBeatAt > one.diesAt) continue;
      one.nextBeatAt += one.beatEveryMs;
      one.renewedAt = passed();
      world.registry.renew(one.leaseId);
    }
    if (passed() >= nextSweepAt || world.registry.nextDeadlineInMs() === 0) {
      nextSweepAt = passed() + sweepMs;
      sweeps += 1;
      world.registry.sweep();
    }
    world.probe();
    await world.registry.drain();
    for (const [index, one] of servers.entries()) {
      const status = world.status(`server-${index}`);
      if (passed() < one.diesAt || status !== "up") continue;
      late.set(one.endpoint, passed() - (one.renewedAt + one.ttlMs));
    }
  }
  return { world, sweeps, late: [...late.values()] };
}

describe("the end of a lease is judged when it comes", () => {
  test("a dead server with a lease of five seconds is up for five seconds and no longer", async () => {
    const { late, world } = await run([{ ttlMs: 5_000, phaseMs: 100, diesAt: 4_000 }], 20_000);
    expect(Math.max(...late)).toBeLessThanOrEqual(100);
    expect(world.status("server-0")).toBe("unreachable");
  });

  test("many leases that end at once are one sweep", async () => {
    const lives = Array.from({ length: 200 }, (_, index) => ({
      ttlMs: 6_000,
      phaseMs: 1 + (index % 50),
      diesAt: 100,
    }));
    const { sweeps, late } = await run(lives, 9_000);
    expect(sweeps).toBeLessThanOrEqual(3);
    expect(Math.max(...late)).toBeLessThanOrEqual(200);
  });

  test("servers that beat cause no sweeps but the usual ones", async () => {
    const lives = Array.from({ length: 50 }, (_, index) => ({
      ttlMs: 5_000 + index * 100,
      phaseMs: index * 20,
      diesAt: Number.POSITIVE_INFINITY,
    }));
    const { sweeps } = await run(lives, 60_000);
    expect(sweeps).toBeLessThanOrEqual(60_000 / sweepMs + 1);
  });

  test("whoever dies whenever: no dead server is up after its lease, and sweeps stay few", async () => {
    const life = fc.record({
      ttlMs: fc.integer({ min: 5_000, max: 40_000 }),
      phaseMs: fc.integer({ min: 1, max: 3_000 }),
      diesAt: fc.integer({ min: 1, max: 60_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 6 }), async (lives) => {
        const { sweeps, late } = await run(lives, 110_000);
        for (const ms of late) expect(ms).toBeLessThanOrEqual(200);
        expect(sweeps).toBeLessThanOrEqual(110_000 / sweepMs + 1 + lives.length);
      }),
      { numRuns: Math.ceil(Number(process.env.HUB_PROPERTY_RUNS ?? 500) / 10) },
    );
  });
});
