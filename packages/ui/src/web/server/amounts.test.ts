import { expect, test } from "vitest";
import { byteCount, leaseLeftMs, milliseconds } from "./amounts.js";

test("times and sizes are exact where they are small", () => {
  expect([0.42, 9.96, 12.4, 1_234, 12_345].map(milliseconds)).toEqual([
    "0.4 ms",
    "10.0 ms",
    "12 ms",
    "1234 ms",
    "12.3 s",
  ]);
  expect([0, 1_023, 1_536, 5_242_880].map(byteCount)).toEqual([
    "0 B",
    "1023 B",
    "1.5 KiB",
    "5.0 MiB",
  ]);
});

test("a lease lasts from its last heartbeat, and never less than nothing", () => {
  const lease = { ttlMs: 30_000, lastHeartbeatAt: "2026-01-01T00:00:00.000Z" };
  const beat = Date.parse(lease.lastHeartbeatAt);
  expect(leaseLeftMs(lease, beat + 10_000)).toBe(20_000);
  expect(leaseLeftMs(lease, beat + 40_000)).toBe(0);
  expect(leaseLeftMs({ ttlMs: 30_000 }, beat)).toBeUndefined();
});
