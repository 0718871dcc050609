import type { Call } from "@hub/api";
import { expect, test } from "vitest";
import { keyed } from "./keyed.js";

const call = (at: string, name = "greet"): Call => ({
  at,
  serverId: "desk",
  method: "tools/call",
  name,
  durationMs: 3,
  bytes: 10,
  outcome: "ok",
});
const keys = (calls: readonly Call[]) => keyed(calls).map(([key]) => key);

test("a new call on top leaves the keys of the others as they are", () => {
  const old = [call("2"), call("1"), call("1"), call("1", "bye")];
  const before = keys(old);
  expect(new Set(before).size).toBe(old.length);
  expect(keys([call("3"), ...old]).slice(1)).toEqual(before);
  // Also one that is like the newest in everything.
  const again = keys([call("2"), ...old]);
  expect(again.slice(1)).toEqual(before);
  expect(new Set(again).size).toBe(again.length);
});

test("the calls stay in their order", () => {
  const calls = [call("3"), call("2"), call("1")];
  expect(keyed(calls).map(([, one]) => one)).toEqual(calls);
});
