import { describe, expect, test } from "vitest";
import type { Toolset } from "../toolset.js";
import type { ToolsetStore } from "../toolset-store.js";

export type ToolsetStoreContractOptions = {
  /** Closes the store and opens what it left behind. Leave it out for one that lives in memory only. */
  readonly reopen?: (store: ToolsetStore) => Promise<ToolsetStore>;
};

/** A toolset with every field, so that none is lost on the way. */
export function sampleToolset(id: string, revision = 1): Toolset {
  return {
    id,
    name: `Toolset “${id}”`,
    description: "Two lines\nof text, é and 日本.",
    servers: ["weather", "mail"],
    tags: ["safe"],
    allow: ["weather/*", "mail/send it/now"],
    deny: ["weather/reset"],
    overrides: { "mail/send it/now": { name: "send", title: "Send", description: "Sends mail." } },
    prefix: "never",
    mode: "search",
    createdAt: 1_790_000_000_000,
    updatedAt: 1_790_000_000_000 + revision,
    revision,
  };
}

/** Every storage adapter runs this. What it promises is what `ToolsetStore` means. */
export function describeToolsetStore(
  name: string,
  open: () => Promise<ToolsetStore>,
  options: ToolsetStoreContractOptions = {},
): void {
  const byId = async (store: ToolsetStore) =>
    new Map((await store.load()).map((toolset) => [toolset.id, toolset]));

  describe(`ToolsetStore: ${name}`, () => {
    test("a new store holds nothing", async () => {
      expect(await (await open()).load()).toEqual([]);
    });

    test("toolsets come back as they were", async () => {
      const store = await open();
      expect(await store.put(sampleToolset("a"), undefined)).toEqual({ ok: true });
      const { allow: _allow, description: _description, ...plain } = sampleToolset("b", 7);
      expect(await store.put(plain, undefined)).toEqual({ ok: true });
      expect(await byId(store)).toEqual(
        new Map([
          ["a", sampleToolset("a")],
          ["b", plain],
        ]),
      );
    });

    test("a change takes the place of the revision it is based on", async () => {
      const store = await open();
      await store.put(sampleToolset("a", 3), undefined);
      expect(await store.put(sampleToolset("a", 9), 3)).toEqual({ ok: true });
      expect(await store.load()).toEqual([sampleToolset("a", 9)]);
    });

    test("a new toolset whose id is taken is a conflict, and the holder is told", async () => {
      const store = await open();
      await store.put(sampleToolset("a", 3), undefined);
      const fresh = sampleToolset("a", 3);
      expect(await store.put(sampleToolset("a", 4), undefined)).toEqual({ ok: false, fresh });
      expect(await store.load()).toEqual([fresh]);
    });

    test("a change or removal based on another revision is a conflict, and stores nothing", async () => {
      const store = await open();
      await store.put(sampleToolset("a", 3), undefined);
      const fresh = sampleToolset("a", 3);
      expect(await store.put(sampleToolset("a", 4), 2)).toEqual({ ok: false, fresh });
      expect(await store.remove("a", 4)).toEqual({ ok: false, fresh });
      expect(await store.load()).toEqual([fresh]);
    });

    test("what is gone cannot be changed or removed again, but its id is free", async () => {
      const store = await open();
      await store.put(sampleToolset("a", 3), undefined);
      await store.put(sampleToolset("b", 4), undefined);
      expect(await store.remove("a", 3)).toEqual({ ok: true });
      expect(await store.remove("a", 3)).toEqual({ ok: false, fresh: undefined });
      expect(await store.put(sampleToolset("a", 5), 3)).toEqual({ ok: false, fresh: undefined });
      expect(await store.load()).toEqual([sampleToolset("b", 4)]);
      expect(await store.put(sampleToolset("a", 6), undefined)).toEqual({ ok: true });
    });

    const { reopen } = options;
    // What lives in memory only has nothing to open again, and promises nothing about it.
    if (reopen === undefined) return;

    test("everything acknowledged is there after opening again", async () => {
      const store = await open();
      await store.put(sampleToolset("a", 1), undefined);
      await store.put(sampleToolset("b", 2), undefined);
      await store.put(sampleToolset("a", 3), 1);
      await store.remove("b", 2);
      const next = await reopen(store);
      expect(await next.load()).toEqual([sampleToolset("a", 3)]);
      expect(await next.put(sampleToolset("a", 4), 3)).toEqual({ ok: true });
    });
  });
}
