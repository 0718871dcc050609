import { describe, expect, test } from "vitest";
import { codeOf, FragileStore } from "../test/world.js";
import { BudgetBook } from "./budget-book.js";
import { CommitQueue, type Observation } from "./commit-queue.js";
import type { EntryRecord } from "./entry.js";
import { HubError } from "./errors.js";
import type { JournalEvent } from "./events.js";
import { MemoryStore } from "./memory-store.js";
import type { SharedWrites } from "./store.js";
import { StoreOutage } from "./store-outage.js";
import { registered, sampleRecord } from "./testing/samples.js";
import type { Commit } from "./write-draft.js";

const telling = (id: string): Observation => ({
  bytes: 100,
  run: (draft) => draft.tell({ event: registered(id) }),
});

function open(store = new FragileStore(), budgets = new BudgetBook(), outage?: StoreOutage) {
  const entries = new Map<string, EntryRecord>();
  const events: JournalEvent[] = [];
  const take = ({ changed }: Commit) => {
    for (const [id, record] of changed) {
      if (record === undefined) entries.delete(id);
      else entries.set(id, record);
    }
  };
  const queue = new CommitQueue({
    budgets,
    store,
    sink: {
      recordOf: (id) => entries.get(id),
      take,
      follow: () => {},
      publish: (told) => {
        events.push(...told);
      },
    },
    ...(outage === undefined ? {} : { outage }),
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

describe("what is noted while a commit begins", () => {
  test("is written, and holds up nothing that comes after", async () => {
    const { queue, create, events } = open();
    // There is nothing to store, so it counts as written at once.
    queue.note({ bytes: 0, run: () => {}, onWritten: () => queue.note(telling("noted")) });
    // By now that commit has begun and what it noted waits.
    await Promise.resolve();
    await create("after");
    await queue.drain();
    expect(events.map(({ serverId }) => serverId)).toEqual(["noted", "after"]);
  });
});

describe("a store that fails", () => {
  test("is an outage until it is written to again, or nobody has tried for a minute", async () => {
    let now = 1_000;
    const outage = new StoreOutage(() => ({ hub: now, wall: 10 * now, steady: now }));
    const { store, queue, create } = open(new FragileStore(), new BudgetBook(), outage);
    await create("a");
    expect(outage.current).toBeUndefined();
    store.isFailing = true;
    await codeOf(() => create("b"));
    now += 50_000;
    await codeOf(() => create("b"));
    now += 50_000;
    // Since when it fails, not since when it was tried last.
    expect(outage.current).toEqual({ since: 10_000, reason: expect.any(String) });
    now += 20_000;
    expect(outage.current).toBeUndefined();
    await codeOf(() => create("b"));
    expect(outage.current).toMatchObject({ since: 10 * now });
    store.isFailing = false;
    await create("b");
    expect(outage.current).toBeUndefined();
    await queue.drain();
  });

  test("that only lost a race is none", () => {
    const outage = new StoreOutage(() => ({ hub: 0, wall: 0, steady: 0 }));
    outage.failed(new HubError("REVISION_CONFLICT", "Somebody was quicker."));
    outage.failed(new Error("anything else"));
    expect(outage.current).toBeUndefined();
  });

  test("fails commands, and keeps observations for later, in their order", async () => {
    const { store, events, queue, create } = open();
    store.isFailing = true;
    queue.note(telling("first"));
    const failing = codeOf(() => create("a"));
    queue.note(telling("second"));
    expect(await failing).toBe("STORE_UNAVAILABLE");
    await queue.drain();
    expect(events).toEqual([]);

    store.isFailing = false;
    queue.note(telling("third"));
    await queue.drain();
    expect(events.map((event) => event.serverId)).toEqual(["first", "second", "third"]);
  });

  test("is tried once for all who come while it is found out", async () => {
    const { store, queue, create } = open();
    store.isFailing = true;
    const first = codeOf(() => create("a"));
    // The commit has begun; it is known to have failed only later.
    await Promise.resolve();
    const second = codeOf(() => create("b"));
    expect([await first, await second]).toEqual(["STORE_UNAVAILABLE", "STORE_UNAVAILABLE"]);
    expect(store.attempts).toBe(1);
    store.isFailing = false;
    await create("c");
    await queue.drain();
  });

  test("is tried again by `retry`, not in a loop", async () => {
    const { store, events, queue } = open();
    store.isFailing = true;
    queue.note(telling("a"));
    await queue.drain();
    store.isFailing = false;
    await queue.drain();
    expect(events).toEqual([]);
    queue.retry();
    await queue.drain();
    expect(events).toHaveLength(1);
  });

  test("holds within its budget what was observed meanwhile, and lets the oldest go", async () => {
    const budgets = new BudgetBook({ unwrittenBytes: 64 * 1024 });
    const { store, events, queue, create } = open(new FragileStore(), budgets);
    const row = () => budgets.report().find(({ name }) => name === "unwrittenBytes");
    store.isFailing = true;
    for (let index = 0; index < 2_000; index += 1) {
      queue.note(telling(`${index}`));
      if (index % 100 === 0) await codeOf(() => create("refused"));
      expect(row()?.used).toBeLessThanOrEqual(2 * 64 * 1024);
    }
    await queue.drain();
    expect(row()?.used).toBeLessThanOrEqual(64 * 1024);
    expect(row()?.refused).toBeGreaterThan(0);
    store.isFailing = false;
    queue.retry();
    await queue.drain();
    expect(events.at(-1)?.serverId).toBe("1999");
    expect(events.length).toBeGreaterThan(600);
    expect(row()?.used).toBe(0);
  });

  test("writes once what was observed many times under one key, as it is then", async () => {
    const { store, events, queue } = open();
    const written: number[] = [];
    const noted = (step: number): Observation => ({
      ...telling(`${step}`),
      key: "state",
      onWritten: () => written.push(step),
    });
    store.isFailing = true;
    for (let step = 0; step < 100; step += 1) {
      queue.note(noted(step));
      await queue.drain();
    }
    store.isFailing = false;
    queue.retry();
    await queue.drain();
    expect(events.map((event) => event.serverId)).toEqual(["99"]);
    expect(written).toEqual([99]);
  });

  test("keeps what was observed on either side of a command", async () => {
    const { events, queue, create } = open();
    queue.note({ ...telling("before"), key: "state" });
    const command = create("a");
    queue.note({ ...telling("after"), key: "state" });
    await command;
    await queue.drain();
    expect(events.map((event) => event.serverId)).toEqual(["before", "a", "after"]);
  });

  test("leaves no command without an answer that waits behind ten thousand others", async () => {
    const { store, queue, create } = open();
    store.isFailing = true;
    const first = codeOf(() => create("first"));
    await Promise.resolve();
    const waiting = Array.from({ length: 10_050 }, () => codeOf(() => queue.execute(() => "done")));
    expect(await first).toBe("STORE_UNAVAILABLE");
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["STORE_UNAVAILABLE"]));
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

describe("what other hubs wrote", () => {
  test("is read after it was asked for, at whatever moment of a reading that is", async () => {
    for (let gap = 0; gap < 12; gap += 1) {
      let begun = 0;
      const nothing = { write: 0, entries: [], removed: [], snapshots: [], events: [] };
      const since = async () => {
        begun += 1;
        return nothing;
      };
      const store = Object.assign(new FragileStore(), {
        shared: { since } as Partial<SharedWrites> as SharedWrites,
      });
      const { queue } = open(store);
      const first = queue.catchUp();
      for (let turn = 0; turn < gap; turn += 1) await Promise.resolve();
      const before = begun;
      expect([await queue.catchUp(), await first]).toEqual([true, true]);
      expect(begun).toBeGreaterThan(before);
    }
  });
});
