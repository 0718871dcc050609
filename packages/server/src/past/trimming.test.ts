import { BudgetBook } from "@hub/core";
import { expect, test } from "vitest";
import { Trimming } from "./trimming.js";

const now = 1_800_000_000_000;

/** What is trimmed of a store whose histories cannot be, and what the log says of it. */
async function trimmed(isMine: boolean) {
  const done: string[] = [];
  const warned: unknown[] = [];
  const trimming = new Trimming({
    store: {
      trimJournal: async (keep, since) => void done.push(`journal ${keep} ${now - (since ?? 0)}`),
      trimChanges: () => Promise.reject(new Error("One row cannot be read.")),
    },
    audit: { trim: async () => void done.push("audit") },
    past: { trim: async () => void done.push("series") },
    registry: { now: () => ({ hub: 0, wall: now + 1_000_000, steady: now }) },
    config: { retention: { journalMs: 1_000, historyMs: 2_000 } },
    budgets: new BudgetBook({ journalItems: 7 }),
    isMine: () => isMine,
    log: { warn: (event, fields) => void warned.push([event, fields?.part]) },
  });
  await trimming.trim();
  return { done, warned };
}

test("what cannot be trimmed is said, and keeps nothing else from being", async () => {
  expect(await trimmed(true)).toEqual({
    done: ["journal 7 1000", "audit", "series"],
    warned: [["not-trimmed", "history"]],
  });
});

test("a hub whose turn it is not leaves everything", async () => {
  expect(await trimmed(false)).toEqual({ done: [], warned: [] });
});
