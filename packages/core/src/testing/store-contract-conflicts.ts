import { expect, test } from "vitest";
import type { CommitResult, RegistryStore, StoreWrite } from "../store.js";
import {
  capabilitiesChanged,
  creating,
  forgotten,
  sampleRecord,
  sampleSnapshot,
  write,
} from "./samples.js";
import { committed, type StoreContract } from "./store-contract-kit.js";

/** What a store promises when somebody else wrote first. */
export function describeConflicts({ open }: StoreContract): void {
  const told = { event: forgotten("told") };

  /** Runs a write that must lose, and checks that it left no trace. */
  async function losing(store: RegistryStore, storeWrite: StoreWrite): Promise<CommitResult> {
    const look = async () => ({
      stored: await store.load(),
      journal: await store.journal({ order: "oldest-first", limit: 100 }),
    });
    const before = await look();
    const result = await store.commit(storeWrite);
    expect(await look()).toEqual(before);
    return result;
  }

  test("a new entry whose id is taken is a conflict", async () => {
    const store = await open();
    await committed(store, creating("a"));
    const result = await losing(store, creating("a"));
    expect(result).toEqual({ ok: false, fresh: new Map([["a", sampleRecord("a")]]) });
  });

  test("an entry decided on an older version is a conflict, and the newer one is told", async () => {
    const store = await open();
    await committed(store, creating("a"));
    await committed(store, write({ entries: [{ record: sampleRecord("a", 2), basedOn: 1 }] }));
    const late = write({ entries: [{ record: sampleRecord("a", 2), basedOn: 1 }], events: [told] });
    const result = await losing(store, late);
    expect(result).toEqual({ ok: false, fresh: new Map([["a", sampleRecord("a", 2)]]) });
  });

  test("a change of an entry that is gone is a conflict, and so is its removal", async () => {
    const store = await open();
    await committed(store, creating("a"));
    await committed(store, write({ removed: [{ id: "a", basedOn: 1 }] }));
    const gone = { ok: false, fresh: new Map([["a", undefined]]) };
    const change = write({ entries: [{ record: sampleRecord("a", 2), basedOn: 1 }] });
    expect(await losing(store, change)).toEqual(gone);
    expect(await losing(store, write({ removed: [{ id: "a", basedOn: 1 }] }))).toEqual(gone);
  });

  test("the removal of an entry that changed is a conflict", async () => {
    const store = await open();
    await committed(store, creating("a"));
    await committed(store, write({ entries: [{ record: sampleRecord("a", 2), basedOn: 1 }] }));
    const result = await losing(store, write({ removed: [{ id: "a", basedOn: 1 }] }));
    expect(result).toEqual({ ok: false, fresh: new Map([["a", sampleRecord("a", 2)]]) });
  });

  test("one conflict among many writes stores none of them", async () => {
    const store = await open();
    await committed(store, creating("a", "b", "c"));
    const result = await losing(store, {
      entries: [
        { record: sampleRecord("new"), basedOn: undefined },
        { record: sampleRecord("a", 2), basedOn: 1 },
        { record: sampleRecord("b", 9), basedOn: 8 },
      ],
      removed: [{ id: "c", basedOn: 1 }],
      snapshots: [{ serverId: "a", snapshot: sampleSnapshot("one") }],
      events: [capabilitiesChanged("a", undefined, sampleSnapshot("one")), told],
    });
    if (result.ok) throw new Error("Expected a conflict.");
    expect(result.fresh.get("b")).toEqual(sampleRecord("b"));
    expect((await store.changes("a", { limit: 10 })).changes).toEqual([]);
  });

  test("of writes that race on one version exactly one wins", async () => {
    const store = await open();
    await committed(store, creating("a"));
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        store.commit(
          write({
            entries: [{ record: sampleRecord("a", 2, { name: `Racer ${index}` }), basedOn: 1 }],
            events: [told],
          }),
        ),
      ),
    );
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    expect(await store.journal({ order: "oldest-first", limit: 100 })).toHaveLength(2);
  });

  test("an entry that comes back in the write that lost to it can be written again", async () => {
    const store = await open();
    await committed(store, creating("a"));
    const lost = await store.commit(creating("a"));
    if (lost.ok) throw new Error("Expected a conflict.");
    const basedOn = lost.fresh.get("a")?.version;
    await committed(store, write({ entries: [{ record: sampleRecord("a", 2), basedOn }] }));
  });
}
