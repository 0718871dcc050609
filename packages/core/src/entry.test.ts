import { expect, test } from "vitest";
import { type Instance, serverStatus } from "./entry.js";
import type { InstanceStatus } from "./health.js";
import { newHealth } from "./new-health.js";
import { sampleRecord } from "./testing/samples.js";

function instances(statuses: readonly InstanceStatus[]): Instance[] {
  const now = { hub: 0, wall: 0, steady: 0 };
  return statuses.flatMap((status) =>
    sampleRecord("a").instances.map((record) => ({
      record,
      health: { ...newHealth(now, undefined), status },
    })),
  );
}

test.each<[InstanceStatus[], string]>([
  [[], "down"],
  [["up"], "up"],
  [["up", "up"], "up"],
  [["up", "pending"], "degraded"],
  [["up", "down"], "degraded"],
  [["up", "draining"], "up"],
  [["up", "draining", "down"], "degraded"],
  [["draining"], "degraded"],
  [["draining", "draining"], "degraded"],
  [["draining", "pending"], "pending"],
  [["draining", "unreachable"], "degraded"],
  [["draining", "down"], "degraded"],
  [["pending", "unreachable", "down"], "pending"],
  [["unreachable", "down"], "unreachable"],
  [["up", "suspect"], "degraded"],
  [["up", "needs-token"], "degraded"],
  [["suspect"], "suspect"],
  [["needs-token"], "needs-token"],
  [["suspect", "needs-token", "pending", "unreachable", "down"], "needs-token"],
  [["suspect", "pending", "unreachable", "down"], "suspect"],
  [["draining", "suspect"], "degraded"],
  [["draining", "needs-token"], "degraded"],
  [["down"], "down"],
])("instances that are %j make a name that is %s", (statuses, expected) => {
  expect(serverStatus(instances(statuses))).toBe(expected);
});
