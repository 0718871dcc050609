import { describe, expect, test } from "vitest";
import type { RegistryStore } from "../store.js";
import { capabilitiesChanged, creating, sampleSnapshot, telling, write } from "./samples.js";
import { committed, type StoreContract } from "./store-contract-kit.js";

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
