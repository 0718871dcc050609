import { expect, test } from "vitest";
import { stepsOf, whatHappened } from "./trouble.js";

const problem = {
  step: "connect",
  code: "NOTHING_LISTENS",
  cause: "Nothing listens there.",
  fix: "Start it.",
} as const;

test("the fix is not told twice", () => {
  expect(whatHappened({ reason: "Nothing listens there. Start it.", problem })).toBe(
    "Nothing listens there.",
  );
  expect(whatHappened({ reason: "It said that it is about to stop.", problem })).toBe(
    "It said that it is about to stop.",
  );
  expect(whatHappened({ reason: "The hub has not probed it yet." })).toBe(
    "The hub has not probed it yet.",
  );
});

test("a probe passed what comes before the step that failed", () => {
  const states = (steps: ReturnType<typeof stepsOf>) =>
    steps.map(({ step, state }) => `${step} ${state}`);
  expect(states(stepsOf("http", "http://a/mcp"))).toEqual([
    "resolve passed",
    "connect passed",
    "http failed",
    "mcp not reached",
    "era not reached",
    "identity not reached",
  ]);
  expect(states(stepsOf("tls", "https://a/mcp"))[2]).toBe("tls failed");
  expect(states(stepsOf("http", "HTTPS://a/mcp"))[2]).toBe("tls passed");
});
