import { expect, test } from "vitest";
import { leaseLeftMs } from "./amounts.js";

test("a lease lasts from its last heartbeat, and never less than nothing", () => {
  const lease = { ttlMs: 30_000, lastHeartbeatAt: "2026-01-01T00:00:00.000Z" };
  const beat = Date.parse(lease.lastHeartbeatAt);
  expect(leaseLeftMs(lease, beat + 10_000)).toBe(20_000);
  expect(leaseLeftMs(lease, beat + 40_000)).toBe(0);
  expect(leaseLeftMs({ ttlMs: 30_000 }, beat)).toBeUndefined();
});
