import { describe, expect, test } from "vitest";
import { codeOf, FragileStore } from "../test/world.js";
import { CommitQueue } from "./commit-queue.js";
import type { EntryRecord } from "./entry.js";
import { HubError } from "./errors.js";
import type { JournalEvent } from "./events.js";
import { MemoryStore } from "./memory-store.js";
import { registered, sampleRecord } from "./testing/samples.js";

function open(store = new FragileStore()) {
  const entries = new Map<string, EntryRecord>();
  const events: JournalEvent[] = [];
  const take = (changed: ReadonlyMap<string, EntryRecord | undefined>) => {
    for (const [id, record] of changed) {
      if (record === undefined) entries.delete(id);
      else entries.set(id, record);
    }
  };
  const queue = new CommitQueue({
    store,
    base: (id) => entries.get(id),
    adopt: take,
    apply: take,
    publish: (told) => events.push(...told),
    defer: queueMicrotask,
  });
  const create = (id: string) =>
    queue.execute((draft) => {
      draft.put(sampleRecord(id, (draft.get(id)?.version ?? 0) + 1));
      draft.tell({ event: registered(id) });
      return draft.get(id)?.version;
    });
  return { store, entries, events, queue, create };
}

describe("group commit", () => {
  test("all that arrive together share one commit, and each gets its own answer", async () => {
    const { store, events, queue, create } = open();
    const results = await Promise.all([
      ...Array.from({ length: 50 }, (_, index) => create(`server-${index}`)),
      queue.execute(() => "nothing to store"),
    ]);
    expect(store.commits).toBe(1);
    expect(results.at(-1)).toBe("nothing to store");
    expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
  });

  test("later commands see what earlier ones of the same commit decided", async () => {
    const { create, store } = open();
    expect(await Promise.all([create("a"), create("a"), create("a")])).toEqual([1, 2, 3]);
    expect((await store.load()).entries[0]?.version).toBe(3);
  });

  test("a command that fails fails only its own caller", async () => {
    const { create, queue, entries } = open();
    const refusal = queue.execute(() => {
      throw new HubError("NAME_TAKEN", "No.");
    });
    const [code] = await Promise.all([codeOf(() => refusal), create("a"), create("b")]);
    expect(code).toBe("NAME_TAKEN");
    expect([...entries.keys()]).toEqual(["a", "b"]);
  });

  test("nobody is told before it is stored and can be read", async () => {
    const { queue, entries, store } = open();
    await queue.execute((draft) => draft.put(sampleRecord("a")));
    expect(entries.has("a")).toBe(true);
    expect((await store.load()).entries).toHaveLength(1);
  });
});

describe("a store that fails", () => {
  test("fails commands, and keeps observations for later, in their order", async () => {
    const { store, events, queue, create } = open();
    store.isFailing = true;
    queue.note((draft) => draft.tell({ event: registered("first") }));
    const failing = codeOf(() => create("a"));
    queue.note((draft) => draft.tell({ event: registered("second") }));
    expect(await failing).toBe("STORE_UNAVAILABLE");
    await queue.drain();
    expect(events).toEqual([]);

    store.isFailing = false;
    queue.note((draft) => draft.tell({ event: registered("third") }));
    await queue.drain();
    expect(events.map((event) => event.serverId)).toEqual(["first", "second", "third"]);
  });

  test("is tried again by `retry`, not in a loop", async () => {
    const { store, events, queue } = open();
    store.isFailing = true;
    queue.note((draft) => draft.tell({ event: registered("a") }));
    await queue.drain();
    store.isFailing = false;
    await queue.drain();
    expect(events).toEqual([]);
    queue.retry();
    await queue.drain();
    expect(events).toHaveLength(1);
  });

  test("never drops a command that waits behind ten thousand others", async () => {
    const { store, queue, create } = open();
    store.isFailing = true;
    const first = codeOf(() => create("first"));
    await Promise.resolve();
    const waiting = Array.from({ length: 10_050 }, () => queue.execute(() => "done"));
    expect(await first).toBe("STORE_UNAVAILABLE");
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["done"]));
  });
});

describe("another hub on the same store", () => {
  test("a lost race is decided again on what the other wrote", async () => {
    const kept = new MemoryStore();
    const [one, other] = [open(new FragileStore(kept)), open(new FragileStore(kept))];
    expect(await one.create("a")).toBe(1);
    expect(await other.create("a")).toBe(2);
    expect(await one.create("a")).toBe(3);
    expect(one.events.map((event) => event.seq)).toEqual([1, 3]);
  });

  test("one that always wins is given up on after five tries", async () => {
    const store = new FragileStore();
    let commits = 0;
    store.commit = async () => {
      commits += 1;
      return { ok: false, fresh: new Map([["a", sampleRecord("a", 10 * commits)]]) };
    };
    const { create, events } = open(store);
    expect(await codeOf(() => create("a"))).toBe("REVISION_CONFLICT");
    expect(commits).toBe(5);
    expect(events).toEqual([]);
  });
});
