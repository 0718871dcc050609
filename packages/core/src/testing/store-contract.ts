import { afterEach, describe, expect, test } from "vitest";
import type { BudgetBook } from "../budget-book.js";
import type { EntryRecord } from "../entry.js";
import type { RegistryStore } from "../store.js";
import {
  capabilitiesChanged,
  creating,
  forgotten,
  sampleRecord,
  sampleSnapshot,
  write,
} from "./samples.js";
import { describeStoreBudgets } from "./store-contract-budgets.js";
import { describeConflicts } from "./store-contract-conflicts.js";
import { describeHistory } from "./store-contract-history.js";
import { describeJournal } from "./store-contract-journal.js";
import { committed, type StoreContract } from "./store-contract-kit.js";

export type StoreContractOptions = {
  /**
   * Closes the store and opens what it left behind. Leave it out for a store that lives only as long
   * as its process; what is promised about opening again is then not tested.
   */
  readonly reopen?: (store: RegistryStore) => Promise<RegistryStore>;
};

/** Every storage adapter runs this. What it promises is what `RegistryStore` means. */
export function describeStore(
  name: string,
  open: (budgets?: BudgetBook) => Promise<RegistryStore>,
  options: StoreContractOptions = {},
): void {
  const { reopen } = options;
  const opened = new Set<RegistryStore>();
  const contract: StoreContract = {
    open: async (budgets) => {
      const store = await open(budgets);
      opened.add(store);
      return store;
    },
    reopen: async (store) => {
      if (reopen === undefined) throw new Error("This store cannot be opened again.");
      opened.delete(store);
      const next = await reopen(store);
      opened.add(next);
      return next;
    },
    // What lives in memory only has nothing to open again, and promises nothing about it.
    testReopened: (title, run) => {
      if (reopen !== undefined) test(title, run);
    },
  };

  describe(`RegistryStore: ${name}`, () => {
    afterEach(async () => {
      for (const store of opened) await store.close();
      opened.clear();
    });
    describeEntries(contract);
    describeConflicts(contract);
    describeJournal(contract);
    describeHistory(contract);
    describeStoreBudgets(contract);
  });
}

function describeEntries({ open, reopen, testReopened }: StoreContract): void {
  test("a new store holds nothing, and says that it could", async () => {
    const store = await open();
    await store.assertWritable();
    expect(await store.load()).toMatchObject({ entries: [], snapshots: new Map(), lastSeq: 0 });
    expect(await store.oldestSeq()).toBe(0);
    expect(await store.journal({ order: "newest-first", limit: 10 })).toEqual([]);
    expect((await store.changes("nobody", { limit: 10 })).changes).toEqual([]);
  });

  test("entries and snapshots come back as they were", async () => {
    const store = await open();
    const record = sampleRecord("a", 1, { emptySince: 5, serviceKeyHash: "b".repeat(64) });
    const snapshot = sampleSnapshot("greet", "count");
    await committed(
      store,
      write({
        entries: [
          { record, basedOn: undefined },
          { record: sampleRecord("b"), basedOn: undefined },
        ],
        snapshots: [{ serverId: "a", snapshot }],
      }),
    );
    const stored = await store.load();
    expect(byId(stored.entries)).toEqual([record, sampleRecord("b")]);
    expect(stored.snapshots).toEqual(new Map([["a", snapshot]]));
  });

  test("a later version takes the place of an earlier one", async () => {
    const store = await open();
    await committed(store, creating("a"));
    const second = sampleRecord("a", 2, { name: "Renamed" });
    await committed(store, write({ entries: [{ record: second, basedOn: 1 }] }));
    expect((await store.load()).entries).toEqual([second]);
  });

  test("what an operator says of a server comes back as it was, and goes when it is taken back", async () => {
    const store = await open();
    const edits = {
      title: "\u{1F9D1}\u200D\u{1F680} 'quoted'",
      tags: [],
      hidden: true,
      toolTimeoutsMs: { "a tool": 300_000, __proto__x: 100 },
    };
    await committed(store, creating("a"));
    const edited = sampleRecord("a", 2, { edits });
    await committed(store, write({ entries: [{ record: edited, basedOn: 1 }] }));
    expect((await store.load()).entries).toEqual([edited]);
    const bare = sampleRecord("a", 3);
    await committed(store, write({ entries: [{ record: bare, basedOn: 2 }] }));
    expect((await store.load()).entries).toEqual([bare]);
  });

  test("a snapshot is kept until there is another", async () => {
    const store = await open();
    const [first, second] = [sampleSnapshot("one"), sampleSnapshot("two")];
    await committed(store, { ...creating("a"), snapshots: [{ serverId: "a", snapshot: first }] });
    await committed(store, write({ entries: [{ record: sampleRecord("a", 2), basedOn: 1 }] }));
    expect((await store.load()).snapshots.get("a")).toEqual(first);
    await committed(store, write({ snapshots: [{ serverId: "a", snapshot: second }] }));
    expect((await store.load()).snapshots.get("a")).toEqual(second);
  });

  test("a snapshot of a server that is not there is not kept, and harms nothing", async () => {
    const store = await open();
    const stray = { serverId: "nobody", snapshot: sampleSnapshot("one") };
    await committed(store, { ...creating("a"), snapshots: [stray] });
    const stored = await store.load();
    expect(stored.entries).toHaveLength(1);
    expect(stored.snapshots.size).toBe(0);
  });

  test("a removed entry takes its snapshot along", async () => {
    const store = await open();
    await committed(store, {
      ...creating("a", "b"),
      snapshots: [
        { serverId: "a", snapshot: sampleSnapshot("one") },
        { serverId: "b", snapshot: sampleSnapshot("two") },
      ],
    });
    await committed(store, write({ removed: [{ id: "a", basedOn: 1 }] }));
    const stored = await store.load();
    expect(stored.entries.map((entry) => entry.id)).toEqual(["b"]);
    expect([...stored.snapshots.keys()]).toEqual(["b"]);
  });

  test("a name that comes back starts without what its predecessor offered", async () => {
    const store = await open();
    const snapshot = sampleSnapshot("one");
    await committed(store, {
      ...creating("a"),
      snapshots: [{ serverId: "a", snapshot }],
      events: [capabilitiesChanged("a", undefined, snapshot)],
    });
    await committed(store, write({ removed: [{ id: "a", basedOn: 1 }] }));
    await committed(store, creating("a"));
    expect((await store.load()).snapshots.size).toBe(0);
    expect((await store.changes("a", { limit: 10 })).changes).toEqual([]);
  });

  test("a name that goes and comes back in one write starts anew as well", async () => {
    const store = await open();
    const [first, second] = [sampleSnapshot("one"), sampleSnapshot("two")];
    for (const id of ["a", "b"])
      await committed(store, {
        ...creating(id),
        snapshots: [{ serverId: id, snapshot: first }],
        events: [capabilitiesChanged(id, undefined, first)],
      });
    const successor = sampleRecord("a", 1, { name: "Successor" });
    await committed(
      store,
      write({
        removed: ["a", "b"].map((id) => ({ id, basedOn: 1 })),
        entries: [
          { record: successor, basedOn: 1 },
          { record: sampleRecord("b"), basedOn: 1 },
        ],
        snapshots: [{ serverId: "b", snapshot: second }],
      }),
    );
    const stored = await store.load();
    expect(byId(stored.entries)).toEqual([successor, sampleRecord("b")]);
    expect(stored.snapshots).toEqual(new Map([["b", second]]));
    for (const id of ["a", "b"])
      expect((await store.changes(id, { limit: 10 })).changes).toEqual([]);
  });

  test("unusual text is kept to the character", async () => {
    const store = await open();
    const text =
      "NUL \u0000, quote ' \" \\, \u{1F9D1}\u200D\u{1F680}, e\u0301, \u2028, \uD800 alone, %s ?1 --";
    const record = sampleRecord("odd", 1, {
      name: text,
      profile: { title: text, metadata: { [text]: text, __proto__x: 1 } },
    });
    const snapshot = sampleSnapshot(text);
    await committed(
      store,
      write({
        entries: [{ record, basedOn: undefined }],
        snapshots: [{ serverId: "odd", snapshot }],
        events: [{ event: { ...forgotten("odd"), name: text } }],
      }),
    );
    const stored = await store.load();
    expect(stored.entries).toEqual([record]);
    expect(stored.snapshots.get("odd")).toEqual(snapshot);
    expect((await store.journal({ order: "newest-first", limit: 1 }))[0]?.name).toBe(text);
  });

  test("a snapshot of 4 MiB is kept", async () => {
    const store = await open();
    const snapshot = { ...sampleSnapshot("big"), instructions: "é".repeat(2 * 1024 * 1024) };
    await committed(store, { ...creating("a"), snapshots: [{ serverId: "a", snapshot }] });
    const kept = (await store.load()).snapshots.get("a");
    expect(kept?.instructions === snapshot.instructions).toBe(true);
    expect(kept?.hash).toBe(snapshot.hash);
  });

  test("what was handed over may change afterwards without changing what is stored", async () => {
    const store = await open();
    const tags = ["before"];
    const record = sampleRecord("a", 1, { profile: { tags } });
    await committed(store, write({ entries: [{ record, basedOn: undefined }] }));
    tags.push("after");
    expect((await store.load()).entries[0]?.profile.tags).toEqual(["before"]);
  });

  test("closing twice is harmless", async () => {
    const store = await open();
    await store.close();
    await store.close();
  });

  testReopened("everything is there after opening again", async () => {
    const store = await open();
    const snapshot = sampleSnapshot("greet");
    const record = sampleRecord("c", 1, { edits: { title: "Better", maxInFlight: 2 } });
    const { entries } = creating("a", "b");
    await committed(
      store,
      write({
        entries: [...entries, { record, basedOn: undefined }],
        snapshots: [{ serverId: "a", snapshot }],
        events: [capabilitiesChanged("a", undefined, snapshot), { event: forgotten("z") }],
      }),
    );
    const all = async (from: RegistryStore) => ({
      stored: await from.load(),
      journal: await from.journal({ order: "oldest-first", limit: 10 }),
      changes: (await from.changes("a", { limit: 10 })).changes,
      oldest: await from.oldestSeq(),
    });
    const before = await all(store);
    expect(before.changes).toHaveLength(1);
    expect(await all(await reopen(store))).toEqual(before);
  });
}

function byId(entries: readonly EntryRecord[]): readonly EntryRecord[] {
  return [...entries].sort((a, b) => (a.id < b.id ? -1 : 1));
}
