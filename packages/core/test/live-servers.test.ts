import fc from "fast-check";
import { test } from "vitest";
import { actAll, LiveServer, World } from "./world.js";

const numRuns = Math.ceil(Number(process.env.HUB_PROPERTY_RUNS ?? 500) / 5);

type Trouble =
  | { readonly what: "none" | "restart"; readonly thenMs: number }
  | { readonly what: "pause" | "jump"; readonly ms: number; readonly thenMs: number };

const thenMs = fc.integer({ min: 1, max: 40 }).map((seconds) => seconds * 1_000);
const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  fc.record({ what: fc.constantFrom("none" as const, "restart" as const), thenMs }),
  fc.record({
    what: fc.constant("pause" as const),
    ms: fc.integer({ min: 1, max: 900_000 }),
    thenMs,
  }),
  fc.record({
    what: fc.constant("jump" as const),
    ms: fc.constantFrom(-3_600_000, 3_600_000),
    thenMs,
  }),
);

/** The shape of a server: how long a lease it asks for, and when its heartbeats fall. */
const shape = fc.record({
  ttlMs: fc.constantFrom(undefined, 30_000, 120_000),
  hasLease: fc.boolean(),
  phaseMs: fc.integer({ min: 0, max: 10_000 }),
});

test(`a server that beats and answers is never down or unreachable, whatever the hub goes through (${numRuns} runs)`, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(shape, { minLength: 1, maxLength: 5 }),
      fc.array(trouble, { minLength: 1, maxLength: 12 }),
      fc.boolean(),
      async (shapes, troubles, hasDeadNeighbours) => {
        const world = await World.create();
        const servers = shapes.map(({ ttlMs, hasLease, phaseMs }, index) => {
          const lease = ttlMs === undefined ? {} : { ttlMs };
          return new LiveServer(world, index, phaseMs, { lease: hasLease ? lease : undefined });
        });
        for (const server of servers) await server.register();
        if (hasDeadNeighbours)
          for (let index = 10; index < 15; index += 1) {
            const dead = new LiveServer(world, index, 0);
            dead.stop();
            await dead.register();
          }
        const leasedServers = servers.filter((server) => server.leaseId !== undefined);
        const check = async () => {
          await actAll(leasedServers);
          for (let index = 0; index < servers.length; index += 1) {
            const status = world.status(`server-${index}`);
            if (status !== "up" && status !== "pending")
              throw new Error(`server-${index} is ${status}`);
          }
        };
        for (const one of troubles) {
          if (one.what === "restart") await world.restart();
          if (one.what === "pause") world.pause(one.ms);
          if (one.what === "jump") world.clock.jumpWall(one.ms);
          world.registry.sweep();
          await world.pass(one.thenMs, check);
        }
        await world.pass(2_000, check);
        for (let index = 0; index < servers.length; index += 1)
          if (world.status(`server-${index}`) !== "up")
            throw new Error(`server-${index} is not up`);
      },
    ),
    { numRuns },
  );
}, 1_000_000);
