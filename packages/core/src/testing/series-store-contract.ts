import { describe, expect, test } from "vitest";
import { BudgetBook } from "../budget-book.js";
import type { Budgets } from "../budgets.js";
import type { SeriesRow, SeriesStore } from "../past/series-store.js";

export type SeriesStoreContractOptions = {
  /** Closes the store and opens what it left behind. Leave it out for one that lives in memory only. */
  readonly reopen?: (store: SeriesStore) => Promise<SeriesStore>;
};

const at = 1_790_000_040_000;

/** A row with what its value may be made of. */
export function sampleRow(more: Partial<SeriesRow> = {}): SeriesRow {
  return {
    kind: "minute",
    serverId: "weather",
    item: "",
    at,
    value: { calls: 3, buckets: [1, 2], nested: { text: "“ä”" } },
    ...more,
  };
}

/** Every storage adapter runs this. What it promises is what `SeriesStore` means. */
export function describeSeriesStore(
  name: string,
  open: (budgets: BudgetBook) => Promise<SeriesStore>,
  { reopen }: SeriesStoreContractOptions = {},
): void {
  const opened = (budgets: Partial<Budgets> = {}) => open(new BudgetBook(budgets));
  const ats = async (
    store: SeriesStore,
    query: Partial<Parameters<SeriesStore["range"]>[0]> = {},
  ) =>
    (await store.range({ kind: "minute", serverId: "weather", ...query })).map(
      (row) => row.at - at,
    );

  describe(`SeriesStore: ${name}`, () => {
    test("rows come back as they were, by key and in order of time", async () => {
      const store = await opened();
      const rows = [
        sampleRow({ at: at + 2 }),
        sampleRow({ item: "tools/call ß\nz" }),
        sampleRow({ item: "tools/call a" }),
        sampleRow(),
      ];
      await store.put(rows);
      const found = await store.range({ kind: "minute", serverId: "weather" });
      expect(found.map((row) => row.at - at)).toEqual([0, 0, 0, 2]);
      expect(new Set(found)).toEqual(new Set(rows));
      expect(await store.get([sampleRow({ item: "tools/call a", value: {} })])).toEqual([
        sampleRow({ item: "tools/call a" }),
      ]);
      expect(await store.get([sampleRow({ kind: "hour" }), sampleRow({ serverId: "" })])).toEqual(
        [],
      );
      expect(await store.get([])).toEqual([]);
    });

    test("a row takes the place of the one with its key, in one write too", async () => {
      const store = await opened();
      await store.put([sampleRow(), sampleRow({ value: { calls: 4 } })]);
      await store.put([sampleRow({ value: { calls: 5 } })]);
      await store.put([]);
      expect(await store.range({ kind: "minute", serverId: "weather" })).toEqual([
        sampleRow({ value: { calls: 5 } }),
      ]);
    });

    test("a range is of one kind and one server, and ends before its end", async () => {
      const store = await opened();
      await store.put([
        ...[0, 1, 2, 3].map((more) => sampleRow({ at: at + more })),
        sampleRow({ kind: "hour", at: at + 1 }),
        sampleRow({ serverId: "files", at: at + 1 }),
        sampleRow({ serverId: "", at: at + 1 }),
      ]);
      expect(await ats(store, { from: at + 1, until: at + 3 })).toEqual([1, 2]);
      expect(await ats(store, { from: at + 3 })).toEqual([3]);
      expect(await ats(store, { until: at + 1 })).toEqual([0]);
      expect(await ats(store, { serverId: "" })).toEqual([1]);
      expect(await ats(store, { serverId: "nobody" })).toEqual([]);
    });

    test("rows go one by one, with their server, when they are old, and when the clock goes back", async () => {
      const store = await opened();
      const rows = [0, 1, 2, 3, 4, 5].map((more) => sampleRow({ at: at + more }));
      const others = [
        sampleRow({ serverId: "files" }),
        sampleRow({ kind: "status", at: at + 9 }),
        sampleRow({ kind: "status" }),
      ];
      await store.put([...rows, ...others]);
      await store.remove([sampleRow({ at: at + 2 }), sampleRow({ at: at + 20 })]);
      await store.trim("minute", at + 1);
      await store.cut("minute", at + 5);
      expect(await ats(store)).toEqual([1, 3, 4]);
      expect(await ats(store, { serverId: "files" })).toEqual([]);
      expect(await ats(store, { kind: "status" })).toEqual([0, 9]);
      await store.put([sampleRow({ serverId: "files" })]);
      await store.forget("weather");
      expect(await ats(store)).toEqual([]);
      expect(await ats(store, { kind: "status" })).toEqual([]);
      expect(await ats(store, { serverId: "files" })).toEqual([0]);
    });

    test("the oldest of a kind go when they take too much, whosever they are; other kinds stay", async () => {
      const kib = 1024;
      const budgets = new BudgetBook({ callItemBytes: 64 * kib, callHourBytes: 64 * kib });
      const store = await open(budgets);
      const text = "x".repeat(kib);
      await store.put([sampleRow({ kind: "hour", at: 1 })]);
      for (let more = 0; more < 100; more += 1)
        await store.put([
          sampleRow({
            kind: "item-hour",
            serverId: `s${more % 2}`,
            at: at + more,
            value: { text },
          }),
        ]);
      const left = [
        ...(await ats(store, { kind: "item-hour", serverId: "s0" })),
        ...(await ats(store, { kind: "item-hour", serverId: "s1" })),
      ].toSorted((one, other) => one - other);
      expect(left.length).toBeGreaterThan(40);
      expect(left.length).toBeLessThan(64);
      expect(left.at(-1)).toBe(99);
      expect(left[0]).toBe(100 - left.length);
      expect(await ats(store, { kind: "hour" })).toEqual([1 - at]);
      const use = (of: string) => budgets.report().find((report) => report.name === of);
      expect(use("callItemBytes")?.used).toBeLessThanOrEqual(64 * kib);
      expect(use("callItemBytes")?.refused).toBeGreaterThan(0);
      expect(use("callHourBytes")?.refused).toBe(0);
      for (const id of ["s0", "s1"]) await store.forget(id);
      expect(use("callItemBytes")?.used).toBe(0);
      // The same row again takes no more room than once.
      for (let more = 0; more < 100; more += 1)
        await store.put([sampleRow({ kind: "item-hour", value: { text } })]);
      await store.trim("item-hour", at);
      expect(await ats(store, { kind: "item-hour" })).toEqual([0]);
      await store.cut("item-hour", at);
      expect(use("callItemBytes")?.used).toBe(0);
    });

    // What lives in memory only has nothing to open again, and promises nothing about it.
    if (reopen === undefined) return;

    test("everything acknowledged is there after opening again", async () => {
      const store = await opened();
      await store.put([sampleRow(), sampleRow({ at: at + 1 })]);
      await store.remove([sampleRow()]);
      const next = await reopen(store);
      expect(await next.range({ kind: "minute", serverId: "weather" })).toEqual([
        sampleRow({ at: at + 1 }),
      ]);
    });
  });
}
