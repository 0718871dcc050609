import {
  MemoryStore,
  type ProbeOutcome,
  type Prober,
  Registry,
  registrationSchema,
  systemClock,
} from "@hub/core";
import {
  closeServers,
  createTestDialer,
  modern,
  serve,
  serveTcp,
  type TestServer,
} from "@hub/testing";
import { afterEach, expect, test } from "vitest";
import { createProber } from "./prober.js";
import { createProbeScheduler } from "./scheduler.js";

afterEach(closeServers);

const hang = () => serve(() => undefined);
const endless = () =>
  serve((_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const piece = Buffer.alloc(65_536, " ");
    const write = () => {
      while (!response.destroyed && response.write(piece));
    };
    response.on("drain", write);
    write();
  });
const pages = () => {
  let page = 0;
  return serve(
    modern(() => {
      page += 1;
      return { tools: [{ name: `t${page}` }], nextCursor: `${page}` };
    }),
  );
};
const reset = () => serveTcp((socket) => socket.resetAndDestroy());
const redirect = () => serve((_, response) => response.writeHead(301, { location: "/" }).end());

test("with 20 hostile servers the probes of the good ones are unmoved", async () => {
  const hostile: TestServer[] = [];
  const hanging = await Promise.all([1, 2, 3, 4].map(hang));
  for (const create of [endless, pages, reset, redirect])
    for (let index = 0; index < 4; index += 1) hostile.push(await create());
  hostile.push(...hanging);
  const good = await Promise.all(
    [1, 2, 3, 4].map(() => serve(modern(() => ({ tools: [{ name: "a" }] })))),
  );

  const real = createProber({ dialer: createTestDialer(), version: "1", readMs: 1_000 });
  const isGood = (endpoint: string | undefined) =>
    good.some(({ origin }) => endpoint === `${origin}/mcp`);
  const failed: string[] = [];
  const probed = new Map<string, number>();
  const prober: Prober = {
    async probe(target, options): Promise<ProbeOutcome> {
      const outcome = await real.probe(target, options);
      if (!outcome.ok && isGood(target.endpoint)) failed.push(target.endpoint);
      probed.set(target.endpoint, (probed.get(target.endpoint) ?? 0) + 1);
      return outcome;
    },
  };
  let leases = 0;
  const registry = await Registry.open({
    store: new MemoryStore(),
    clock: systemClock,
    nothingListens: async () => false,
    settings: { probeUpMs: 100, probeFailingMs: 1_000, probeTimeoutMs: 3_600_000, sweepMs: 50 },
    newLeaseId: () => {
      leases += 1;
      return `${leases}`;
    },
  });
  const scheduler = createProbeScheduler({ registry, prober, log: { error: () => undefined } });
  scheduler.start();
  for (const [index, server] of [...hostile, ...good].entries()) {
    const endpoint = `${server.origin}/mcp`;
    await registry.register(
      registrationSchema.parse({ name: `server ${index}`, endpoint, transport: "http" }),
    );
  }
  const goodOnes = () =>
    registry.list().filter(({ instances }) => isGood(instances[0]?.record.endpoint));
  const probesOf = ({ origin }: TestServer) => probed.get(`${origin}/mcp`) ?? 0;

  await expect.poll(() => Math.min(...good.map(probesOf)), { timeout: 45_000 }).toBeGreaterThan(9);
  // The first probes of these are still going on, and nobody waited for them.
  expect(hanging.map(probesOf)).toEqual([0, 0, 0, 0]);
  expect(goodOnes().map(({ instances }) => instances[0]?.health.status)).toEqual(
    good.map(() => "up"),
  );
  expect(failed).toEqual([]);
  await scheduler.stop();
});
