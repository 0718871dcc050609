import { countByStatus, HubProcess, quantile, sendAll } from "@hub/testing";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { badRegistrations } from "./support/bad-registrations.js";

/** Another one finds other things: `FUZZ_SEED=1 npm run test:timed -- bad-input`. */
const seed = Number(process.env.FUZZ_SEED ?? 20_261_123);

let hub: HubProcess;

beforeAll(async () => {
  hub = await HubProcess.start();
});

afterAll(() => hub.stop());

test("of 10,000 bad requests to /register none is much slower than the others", async () => {
  const requests = fc.sample(badRegistrations(hub.port), { numRuns: 10_000, seed });
  const results = await sendAll(hub.port, requests);
  expect(results).toHaveLength(10_000);
  const times = results.map(({ tookMs }) => tookMs);
  const [p50 = 0, p99 = 0, most] = [0.5, 0.99, 1].map((share) => quantile(times, share));
  const report = `${JSON.stringify(countByStatus(results))} p50 ${p50} p99 ${p99} max ${most} ms`;
  expect(p99, report).toBeLessThan(Math.max(50, 25 * p50));
});
