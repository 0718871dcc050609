import { describe, expect, test } from "vitest";
import { BudgetBook } from "../budget-book.js";
import type { RegistryStore } from "../store.js";
import { capabilitiesChanged, creating, sampleSnapshot, telling, write } from "./samples.js";
import { committed, type StoreContract, useOf } from "./store-contract-kit.js";

/** What a store promises of the history of what a server offers. */
export function describeHistory({ open }: StoreContract): void {
  /** Gives a server `count` snapshots, one after the other; returns their journal numbers. */
  async function living(store: RegistryStore, serverId: string, count: number): Promise<number[]> {
    await committed(store, creating(serverId));
    const seqs: number[] = [];
    for (let step = 1; step <= count; step += 1) {
      const before = step === 1 ? undefined : sampleSnapshot(`tool${step - 1}`);
      const snapshot = sampleSnapshot(`tool${step}`);
      seqs.push(
        ...(await committed(
          store,
          write({
            snapshots: [{ serverId, snapshot }],
            events: [capabilitiesChanged(serverId, before, snapshot)],
          }),
        )),
      );
    }
    return seqs;
  }

  describe("history of capabilities", () => {
    test("a step holds the differences in full, and the number of its event", async () => {
      const store = await open();
      const [first, second] = [sampleSnapshot("one"), sampleSnapshot("one", "two")];
      const told = [
        capabilitiesChanged("a", undefined, first),
        capabilitiesChanged("a", first, second),
      ];
      const seqs = await committed(store, { ...creating("a"), events: told });
      const { changes: steps } = await store.changes("a", { limit: 10 });
      expect(steps).toEqual(
        told
          .map(({ event, changes }, index) => ({
            serverId: "a",
            seq: seqs[index],
            at: event.at,
            hash: index === 0 ? first.hash : second.hash,
            ...(index === 0 ? {} : { previousHash: first.hash }),
            ...changes,
          }))
          .reverse(),
      );
    });

    test("it is read newest first, page by page", async () => {
      const store = await open();
      const seqs = (await living(store, "a", 5)).reverse();
      await living(store, "b", 1);
      const page = async (limit: number, before?: number) =>
        await store.changes("a", { before, limit }).then(({ changes, hasMore }) => ({
          seqs: changes.map((step) => step.seq),
          hasMore,
        }));
      expect(await page(2)).toEqual({ seqs: seqs.slice(0, 2), hasMore: true });
      expect(await page(2, seqs[1])).toEqual({ seqs: seqs.slice(2, 4), hasMore: true });
      expect(await page(2, seqs[3])).toEqual({ seqs: seqs.slice(4), hasMore: false });
      expect(await page(2, seqs[4])).toEqual({ seqs: [], hasMore: false });
    });

    test("a change of nothing is no step of it", async () => {
      const store = await open();
      const { event } = capabilitiesChanged("a", sampleSnapshot("one"), sampleSnapshot("one"));
      await committed(store, { ...creating("a"), events: [{ event }] });
      expect((await store.changes("a", { limit: 10 })).changes).toEqual([]);
    });

    test("it goes with its entry, and the journal stays", async () => {
      const store = await open();
      const seqs = await living(store, "a", 2);
      await committed(store, write({ removed: [{ id: "a", basedOn: 1 }] }));
      expect((await store.changes("a", { limit: 10 })).changes).toEqual([]);
      const kept = await store.journal({
        order: "oldest-first",
        limit: 10,
        kinds: ["capabilities-changed"],
      });
      expect(kept.map((event) => event.seq)).toEqual(seqs);
    });

    test("steps before the first that is new enough go, of all servers, and the journal stays", async () => {
      const budgets = new BudgetBook();
      const store = await open(budgets);
      await committed(store, creating("a", "b"));
      const steps = [1_000, 2_000, 3_000, 2_500, 4_000].map((at, index) => {
        const { event, changes } = capabilitiesChanged(
          index % 2 === 0 ? "a" : "b",
          sampleSnapshot(`tool${index}`),
          sampleSnapshot(`tool${index + 1}`),
        );
        return { event: { ...event, at }, ...(changes === undefined ? {} : { changes }) };
      });
      const seqs = await committed(store, write({ events: steps }));
      const left = async () =>
        (await Promise.all(["a", "b"].map((id) => store.changes(id, { limit: 10 })))).flatMap(
          (page) => page.changes.map(({ seq }) => seq),
        );
      await store.trimChanges(1_000);
      expect((await left()).toSorted()).toEqual(seqs);
      await store.trimChanges(2_600);
      expect(await left()).toEqual([seqs[4], seqs[2], seqs[3]]);
      await store.trimChanges(4_001);
      expect(await left()).toEqual([]);
      expect(useOf(budgets, "allHistoryBytes")).toBe(0);
      const kept = await store.journal({
        order: "oldest-first",
        limit: 10,
        kinds: ["capabilities-changed"],
      });
      expect(kept.map(({ seq }) => seq)).toEqual(seqs);
      const next = await committed(store, write({ events: steps.slice(0, 1) }));
      expect(await left()).toEqual(next);
    });

    test("steps and events go by age also where half a character or a NUL stands in them", async () => {
      const store = await open();
      await committed(store, creating("a"));
      const odd = 'half \ud800 a character, \u0000, "at":9e15 and \\u0041';
      const seqs = await committed(
        store,
        write({
          events: [1_000, 2_000].map((at) => {
            const step = capabilitiesChanged("a", sampleSnapshot(), sampleSnapshot(odd));
            return { ...step, event: { ...step.event, at, name: odd } };
          }),
        }),
      );
      await store.trimChanges(1_500);
      const { changes } = await store.changes("a", { limit: 10 });
      expect(changes.map(({ seq }) => seq)).toEqual(seqs.slice(1));
      // Without the event of its creation, which is newer than both.
      await store.trimJournal(2);
      await store.trimJournal(100, 1_500);
      const left = await store.journal({ order: "oldest-first", limit: 10 });
      expect(left.map(({ seq }) => seq)).toEqual(seqs.slice(1));
    });

    test("it stays when the journal is trimmed", async () => {
      const store = await open();
      const seqs = await living(store, "a", 3);
      await committed(store, telling(5));
      await store.trimJournal(1);
      const { changes: steps } = await store.changes("a", { limit: 10 });
      expect(steps.map((step) => step.seq)).toEqual([...seqs].reverse());
    });
  });
}
