import { expect, test } from "vitest";
import { answered, failed, nothingListens } from "../test/world.js";
import type { Now } from "./health.js";
import { instanceProblems } from "./instance-problems.js";
import { newHealth } from "./new-health.js";
import type { ProbeOutcome } from "./probe.js";
import { probed } from "./probed.js";
import { defaultSettings } from "./settings.js";

const endpoint = "http://a/mcp";
const transport = "streamable-http";
const now: Now = { hub: 1_000, wall: 1_000, steady: 1_000 };
const good = answered({ endpoint, transport, candidates: [] });

/** The problems of one with a lease, which is up whatever is slow, when it answers a look at it. */
function problemsAfter(last: ProbeOutcome) {
  const record = { id: "i", endpoint, transport, candidates: [], registeredAt: 0 } as const;
  const health = [good, last].reduce(
    (before, outcome) => probed(before, outcome, now, defaultSettings, 0.5),
    newHealth(now, 30_000),
  );
  const examined = { instanceId: "i", isReached: true };
  const instance = { record, health: { ...health, status: "up" as const } };
  return instanceProblems(instance, now, examined).map(({ code }) => code);
}

test("a server that did not answer its last probe in time is slow, also when it answers now", () => {
  const finding = { ...nothingListens, step: "http", code: "TOO_SLOW" } as const;
  expect(problemsAfter({ ...failed, finding })).toEqual(["SLOW"]);
  expect(problemsAfter({ ...good, latencyMs: 1_500 })).toEqual(["SLOW"]);
  expect(problemsAfter(good)).toEqual([]);
});

test("one whose last connection took too long is not said to be slow to answer", () => {
  const tooFar = { ...failed, finding: { ...nothingListens, code: "TOO_SLOW" as const } };
  expect(problemsAfter(tooFar)).toEqual([]);
});
