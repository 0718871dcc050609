import { describe, expect, test } from "vitest";
import type { RegistryStore } from "../store.js";
import { creating, forgotten, registered, sampleRecord, telling, write } from "./samples.js";
import { committed, type StoreContract } from "./store-contract-kit.js";

/** What a store promises of its journal. */
export function describeJournal({ open, reopen, testReopened }: StoreContract): void {
  const seqsOf = async (
    store: RegistryStore,
    query: Partial<Parameters<RegistryStore["journal"]>[0]>,
  ) =>
    (await store.journal({ order: "oldest-first", limit: 1_000, ...query })).map(({ seq }) => seq);

  describe("journal", () => {
    test("every event gets a number, and they grow", async () => {
      const store = await open();
      const first = await committed(store, telling(3));
      const second = await committed(store, telling(2));
      expect([first.length, second.length]).toEqual([3, 2]);
      const all = [...first, ...second];
      expect(all.every((seq) => Number.isSafeInteger(seq) && seq > 0)).toBe(true);
      expect(all).toEqual([...new Set(all)].sort((a, b) => a - b));
      expect((await store.load()).lastSeq).toBe(all.at(-1));
      expect(await store.oldestSeq()).toBe(all[0]);
    });

    test("a write without events takes no number", async () => {
      const store = await open();
      const seqs = await committed(
        store,
        write({ entries: [{ record: sampleRecord("a"), basedOn: undefined }] }),
      );
      expect(seqs).toEqual([]);
      expect((await store.load()).lastSeq).toBe(0);
    });

    test("events come back as they were told, with their numbers", async () => {
      const store = await open();
      const events = [registered("a"), forgotten("b"), registered("c")];
      const seqs = await committed(store, write({ events: events.map((event) => ({ event })) }));
      expect(await store.journal({ order: "oldest-first", limit: 10 })).toEqual(
        events.map((event, index) => ({ ...event, seq: seqs[index] })),
      );
    });

    test("one write may tell a thousand events", async () => {
      const store = await open();
      const seqs = await committed(store, telling(1_000));
      expect(seqs).toHaveLength(1_000);
      expect(await seqsOf(store, {})).toEqual(seqs);
    });

    test("it is read in both directions, from a place, up to a limit", async () => {
      const store = await open();
      const seqs = await committed(store, telling(10));
      const [after, before] = [seqs[2], seqs[7]];
      const newest = [...seqs].reverse();
      expect(await seqsOf(store, { after })).toEqual(seqs.slice(3));
      expect(await seqsOf(store, { before })).toEqual(seqs.slice(0, 7));
      expect(await seqsOf(store, { after, before })).toEqual(seqs.slice(3, 7));
      expect(await seqsOf(store, { after, limit: 2 })).toEqual(seqs.slice(3, 5));
      expect(await seqsOf(store, { order: "newest-first", limit: 3 })).toEqual(newest.slice(0, 3));
      expect(await seqsOf(store, { order: "newest-first", before, limit: 2 })).toEqual([
        seqs[6],
        seqs[5],
      ]);
      expect(await seqsOf(store, { after: 0 })).toEqual(seqs);
      expect(await seqsOf(store, { after: seqs.at(-1) })).toEqual([]);
    });

    test("it is narrowed to one server and to kinds of events", async () => {
      const store = await open();
      const events = [registered("a"), forgotten("a"), registered("b"), forgotten("b")];
      const seqs = await committed(store, write({ events: events.map((event) => ({ event })) }));
      expect(await seqsOf(store, { serverId: "a" })).toEqual([seqs[0], seqs[1]]);
      expect(await seqsOf(store, { serverId: "nobody" })).toEqual([]);
      expect(await seqsOf(store, { kinds: ["forgotten"] })).toEqual([seqs[1], seqs[3]]);
      expect(await seqsOf(store, { kinds: ["forgotten", "registered"] })).toEqual(seqs);
      expect(await seqsOf(store, { kinds: ["name-conflict"] })).toEqual([]);
      expect(
        await seqsOf(store, { serverId: "b", kinds: ["registered"], order: "newest-first" }),
      ).toEqual([seqs[2]]);
    });

    test("events outlive the server they tell of", async () => {
      const store = await open();
      const seqs = await committed(store, creating("a"));
      await committed(store, write({ removed: [{ id: "a", basedOn: 1 }] }));
      expect(await seqsOf(store, { serverId: "a" })).toEqual(seqs);
    });

    test("trimming keeps the newest", async () => {
      const store = await open();
      const seqs = await committed(store, telling(1_500));
      await store.trimJournal(20);
      expect(await seqsOf(store, {})).toEqual(seqs.slice(-20));
      expect(await store.oldestSeq()).toBe(seqs.at(-20));
      await store.trimJournal(100);
      expect(await seqsOf(store, {})).toEqual(seqs.slice(-20));
    });

    test("trimming by age drops what is older than the first that is new enough", async () => {
      const store = await open();
      const at = [1_000, 2_000, 3_000, 2_500, 4_000];
      const seqs = await committed(
        store,
        write({ events: at.map((when) => ({ event: { ...registered("a"), at: when } })) }),
      );
      await store.trimJournal(100, 1_000);
      expect(await seqsOf(store, {})).toEqual(seqs);
      // The clock went back in between: the journal has no holes.
      await store.trimJournal(100, 2_600);
      expect(await seqsOf(store, {})).toEqual(seqs.slice(2));
      await store.trimJournal(1, 2_600);
      expect(await seqsOf(store, {})).toEqual(seqs.slice(4));
      await store.trimJournal(100, 4_001);
      expect(await seqsOf(store, {})).toEqual([]);
      const [next] = await committed(store, telling(1));
      expect(next).toBeGreaterThan(seqs[4] ?? 0);
    });

    test("trimming leaves entries alone, and numbers go on growing", async () => {
      const store = await open();
      const seqs = await committed(store, creating("a", "b"));
      await store.trimJournal(0);
      expect(await seqsOf(store, {})).toEqual([]);
      expect(await store.oldestSeq()).toBe(0);
      expect((await store.load()).entries).toHaveLength(2);
      const [next] = await committed(store, telling(1));
      expect(next).toBeGreaterThan(seqs[1] ?? 0);
    });

    testReopened(
      "numbers go on growing after opening again, also when all were trimmed",
      async () => {
        let store = await open();
        let last = 0;
        for (const keep of [10, 1, 0]) {
          const seqs = await committed(store, telling(4));
          expect(Math.min(...seqs)).toBeGreaterThan(last);
          last = Math.max(...seqs);
          await store.trimJournal(keep);
          store = await reopen(store);
        }
        const [next] = await committed(store, telling(1));
        expect(next).toBeGreaterThan(last);
      },
    );
  });
}
