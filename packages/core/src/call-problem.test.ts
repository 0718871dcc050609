import { expect, test } from "vitest";
import { callProblem, type RecentCall } from "./call-problem.js";

const calls = (...outcomes: readonly RecentCall["outcome"][]): RecentCall[] =>
  outcomes.map((outcome, at) => ({
    at: 1_000_000 - at,
    method: "tools/call",
    name: `tool-${at}`,
    durationMs: 5,
    outcome,
  }));

test.each([
  [[], undefined],
  [["ok", "ok", "cancelled"], undefined],
  [["tool-error", "ok"], undefined],
  [["tool-error", "tool-error", "tool-error", "ok"], "3 failed. Of the newest, tools/call tool-0"],
  [["ok", "hub-error", "ok"], "1 failed. Of the newest, tools/call tool-1"],
  [["tool-error", "error"], "1 failed. Of the newest, tools/call tool-1"],
  [[...Array<"ok">(20).fill("ok"), "hub-error"], undefined],
] as const)("of the last calls %j", (outcomes, said) => {
  const [problem] = callProblem(calls(...outcomes));
  if (said === undefined) expect(problem).toBeUndefined();
  else expect(problem).toMatchObject({ code: "CALLS_FAIL", cause: expect.stringContaining(said) });
});

test("a server that has no stream of its own and is of an older revision does nothing wrong", () => {
  const asked = ["GET", "server/discover", "DELETE"].map((method, at) => ({
    ...{ at, method, durationMs: 1, outcome: "hub-error" as const },
  }));
  expect(callProblem([...asked, ...calls("ok")])).toEqual([]);
  expect(callProblem([...asked, ...calls("error")])[0]?.cause).toContain("Of its last 1 calls");
});
