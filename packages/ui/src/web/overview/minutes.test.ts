import { expect, test } from "vitest";
import { minutesOf } from "./minutes.js";

const slot = (at: string, calls: number, errors: number) => ({
  at,
  calls,
  errors,
  toolErrors: 0,
  refusals: 0,
  unanswered: 0,
  cancelled: 0,
  bytes: 0,
  p50Ms: 0,
  p95Ms: 0,
  p99Ms: 0,
  maxMs: 0,
});

test("steps without calls are there too, and what is outside is not", () => {
  const minutes = minutesOf({
    from: "2026-11-28T10:00:30Z",
    until: "2026-11-28T10:03:10Z",
    stepMs: 60_000,
    slots: [
      slot("2026-11-28T09:58:00Z", 9, 9),
      slot("2026-11-28T10:00:00Z", 3, 1),
      slot("2026-11-28T10:03:00Z", 2, 0),
    ],
  });
  expect(minutes.map(({ calls }) => calls)).toEqual([3, 0, 0, 2]);
  expect(minutes.map(({ errors }) => errors)).toEqual([1, 0, 0, 0]);
});
