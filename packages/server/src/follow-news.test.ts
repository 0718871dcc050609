import type { NewsTopic, SharedWrites } from "@hub/core/storage";
import { until } from "@hub/testing";
import { expect, test } from "vitest";
import { followNews } from "./follow-news.js";

/** What a hub follows, over a store that fails as often as it is told to. */
function following() {
  const listeners = new Map<NewsTopic, () => void>();
  const shared: Pick<SharedWrites, "onNews"> = {
    onNews: (topic, listener) => {
      listeners.set(topic, listener);
      return () => undefined;
    },
  };
  const warnings: unknown[] = [];
  const pauses: number[] = [];
  let failures = 0;
  const reads: NewsTopic[] = [];
  const part = (topic: NewsTopic) => ({
    reload: async () => {
      reads.push(topic);
      if (topic === "tokens" && failures-- > 0) throw new Error("Away.");
    },
  });
  const parts = {
    tokens: part("tokens"),
    "sign-ins": part("sign-ins"),
    toolsets: part("toolsets"),
    credentials: part("credentials"),
  };
  followNews(
    // Of what hubs share, only this is asked for.
    { shared: shared as SharedWrites },
    parts,
    { warn: (_event, fields) => warnings.push(fields) },
    new AbortController().signal,
    async (ms) => {
      pauses.push(ms);
    },
  );
  return {
    reads: (topic: NewsTopic) => reads.filter((one) => one === topic).length,
    tell: (topic: NewsTopic) => listeners.get(topic)?.(),
    fail: (times: number) => {
      failures = times;
    },
    warnings,
    pauses,
  };
}

test("what others wrote while the hub started is read at once", () => {
  const { reads } = following();
  for (const topic of ["tokens", "sign-ins", "toolsets", "credentials"] as const)
    expect([topic, reads(topic)]).toEqual([topic, 1]);
});

test("news that could not be read are read again until they can, and warned of once", async () => {
  const { reads, tell, fail, warnings, pauses } = following();
  await until("the first reading to end", () => reads("tokens") === 1);
  fail(3);
  tell("tokens");
  await until("it to be read", () => reads("tokens") === 5);
  expect(warnings).toHaveLength(1);
  expect(pauses).toEqual([200, 400, 800]);
  tell("tokens");
  await until("the next to be read", () => reads("tokens") === 6);
});

test("a store that is away for long is asked more and more rarely, and within seconds when it is back", async () => {
  const { reads, tell, fail, pauses } = following();
  fail(20);
  tell("tokens");
  await until("it to be read", () => reads("tokens") === 22);
  expect(pauses.slice(0, 6)).toEqual([200, 400, 800, 1_600, 3_200, 5_000]);
  expect(Math.max(...pauses)).toBe(5_000);
  fail(1);
  tell("tokens");
  await until("the next to be read", () => reads("tokens") === 24);
  expect(pauses.at(-1)).toBe(200);
});
