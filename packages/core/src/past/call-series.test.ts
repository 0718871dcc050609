import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BudgetBook } from "../budget-book.js";
import { HubError } from "../errors.js";
import { addCounts, type CallOutcome, countCall, noCounts, quantile } from "./call-counts.js";
import { CallSeries, type CountedCalls, dayMs, hourMs, minuteMs, wholeHub } from "./call-series.js";
import { MemorySeriesStore } from "./memory-series-store.js";
import type { SeriesRow } from "./series-store.js";

const start = 1_790_000_000_000;
const always = [0, Number.MAX_SAFE_INTEGER] as const;

/** One that can be full. */
class FillingStore extends MemorySeriesStore {
  isFull = false;

  override async put(rows: readonly SeriesRow[]): Promise<void> {
    if (this.isFull) throw new HubError("STORE_UNAVAILABLE", "It is full.");
    await super.put(rows);
  }
}

function counted(at: number, ms: number, outcome: CallOutcome = "ok", more = {}): CountedCalls {
  const counts = noCounts();
  countCall(counts, outcome, ms, 10);
  return { serverId: "a", method: "tools/call", name: "x", at, counts, ...more };
}

function open(store = new FillingStore(), budgets = new BudgetBook()) {
  const waiting: CountedCalls[] = [];
  const series = new CallSeries({ store, budgets, drain: () => waiting.splice(0) });
  const calls = async (serverId: string, stepMs: number) =>
    (await series.slots(serverId, ...always, stepMs)).map(({ at, counts }) => [at, counts.calls]);
  return { series, store, waiting, calls };
}

const callArbitrary = fc.record({
  // A clock that jumps says anything.
  at: fc.integer({ min: start - 2 * dayMs, max: start + 2 * dayMs }),
  ms: fc.integer({ min: 0, max: 60_000 }),
  outcome: fc.constantFrom<CallOutcome>("ok", "tool-error", "error", "cancelled", "hub-error"),
  serverId: fc.constantFrom("a", "b"),
  name: fc.constantFrom("x", "y", "\ud800", undefined),
});
const stepArbitrary = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("call" as const), call: callArbitrary }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom("flush", "restart", "full", "room") }),
  },
);

describe("calls over time", () => {
  test("minutes add up to their hours, servers to the hub, items to servers; nothing is lost or twice", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(stepArbitrary, { maxLength: 40 }), async (steps) => {
        let hub = open();
        const expected = { a: noCounts(), b: noCounts() };
        for (const step of steps) {
          if ("call" in step) {
            const { at, ms, outcome, serverId, name } = step.call;
            hub.waiting.push(counted(at, ms, outcome, { serverId, name }));
            countCall(expected[serverId as "a" | "b"], outcome, ms, 10);
          } else if (step.kind === "full") hub.store.isFull = true;
          else if (step.kind === "room") hub.store.isFull = false;
          else if (step.kind === "flush") await hub.series.flush();
          else {
            // Stopping in order, with room to write.
            hub.store.isFull = false;
            await hub.series.flush();
            hub = open(hub.store);
          }
        }
        const sumOf = async (serverId: string, stepMs: number) => {
          const sum = noCounts();
          for (const { counts } of await hub.series.slots(serverId, ...always, stepMs))
            addCounts(sum, counts);
          return sum;
        };
        const whole = noCounts();
        for (const serverId of ["a", "b"] as const) {
          addCounts(whole, expected[serverId]);
          for (const stepMs of [minuteMs, 15 * minuteMs, hourMs, dayMs])
            expect(await sumOf(serverId, stepMs)).toEqual(expected[serverId]);
          const items = noCounts();
          for (const { counts } of await hub.series.items(serverId, ...always))
            addCounts(items, counts);
          expect(items).toEqual(expected[serverId]);
        }
        expect(await sumOf(wholeHub, minuteMs)).toEqual(whole);
        expect(await sumOf(wholeHub, hourMs)).toEqual(whole);
      }),
    );
  });

  test("each hour is the sum of its minutes, also when half of it was written before", async () => {
    const { series, waiting, calls } = open();
    const hour = Math.floor(start / hourMs) * hourMs;
    for (const minute of [0, 1, 1, 59, 60]) {
      waiting.push(counted(hour + minute * minuteMs, 5));
      await series.flush();
    }
    expect(await calls("a", hourMs)).toEqual([
      [hour, 4],
      [hour + hourMs, 1],
    ]);
    expect(await calls("a", minuteMs)).toEqual([
      [hour, 1],
      [hour + minuteMs, 2],
      [hour + 59 * minuteMs, 1],
      [hour + hourMs, 1],
    ]);
  });

  test("what waits is there at once, and stays there while the store is full", async () => {
    const { series, store, waiting, calls } = open();
    store.isFull = true;
    waiting.push(counted(start, 5));
    expect(await calls("a", dayMs)).toEqual([[Math.floor(start / dayMs) * dayMs, 1]]);
    await series.flush();
    waiting.push(counted(start, 5, "error"));
    await series.flush();
    store.isFull = false;
    await series.flush();
    expect(await store.range({ kind: "minute", serverId: "a" })).toMatchObject([
      { value: { calls: 2, refusals: 1 } },
    ]);
  });

  test("a store that never has room costs no more memory than its budget", async () => {
    const budgets = new BudgetBook({ countsWaiting: 100 });
    const { series, store, waiting } = open(new FillingStore(budgets), budgets);
    store.isFull = true;
    for (let minute = 0; minute < 200; minute += 1) {
      waiting.push(counted(start + minute * minuteMs, 5));
      await series.flush();
    }
    const use = budgets.report().find(({ name }) => name === "countsWaiting");
    expect(use).toMatchObject({ used: 100 });
    expect(use?.refused).toBeGreaterThan(0);
    store.isFull = false;
    await series.flush();
    expect(budgets.report().find(({ name }) => name === "countsWaiting")?.used).toBe(0);
  });

  test("a server that is gone is forgotten with what waits of it; the hub's calls stay", async () => {
    const { series, waiting, calls } = open();
    waiting.push(counted(start, 5));
    await series.flush();
    waiting.push(counted(start, 5));
    await series.forget("a");
    expect(await calls("a", dayMs)).toEqual([]);
    expect(await series.items("a", ...always)).toEqual([]);
    expect((await calls(wholeHub, dayMs)).map(([, count]) => count)).toEqual([2]);
  });

  test("the latency of a longer time is that of its calls, and no mean of quantiles", async () => {
    const { series, waiting } = open();
    for (let call = 0; call < 99; call += 1) waiting.push(counted(start, 1));
    // A minute with one slow call: the mean of both p95s would be 500 ms.
    waiting.push(counted(start + minuteMs, 1_000));
    await series.flush();
    const [slot] = await series.slots("a", ...always, dayMs);
    const at = (share: number) => quantile(slot?.counts ?? noCounts(), share);
    expect([at(0.5), at(0.95), at(1)]).toEqual([1, 1, 1_000]);
  });
});
