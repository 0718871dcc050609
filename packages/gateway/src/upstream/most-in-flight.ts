import type { Entry } from "@hub/core";

/** How many calls one instance works on at a time: what was set for its server, and never more than the hub sends to one. */
export function mostInFlight({ record }: Entry, hubsMost: number): number {
  return Math.min(record.edits?.maxInFlight ?? hubsMost, hubsMost);
}
