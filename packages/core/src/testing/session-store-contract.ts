import { describe, expect, test } from "vitest";
import type { SessionRow, SessionStore } from "../session-store.js";

export type SessionStoreContractOptions = {
  /** Closes the store and opens what it left behind. Leave it out for one that lives in memory only. */
  readonly reopen?: (store: SessionStore) => Promise<SessionStore>;
};

const row = (key: string, more: Partial<SessionRow> = {}): SessionRow => ({
  key,
  peer: "127.0.0.1",
  isUsed: false,
  sealed: `sealed ${key}`,
  ...more,
});

/** Every storage adapter runs this. What it promises is what `SessionStore` means. */
export function describeSessionStore(
  name: string,
  open: () => Promise<SessionStore>,
  options: SessionStoreContractOptions = {},
): void {
  const keysOf = async (store: SessionStore) => (await store.load()).map(({ key }) => key);

  describe(`SessionStore: ${name}`, () => {
    test("a new store holds nothing, and what is not kept is absent, not an error", async () => {
      const store = await open();
      expect(await store.load()).toEqual([]);
      expect(await store.read("nobody")).toBeUndefined();
      await store.write({ put: [], removed: ["nobody"] });
    });

    test("sessions come back as they were, those written longest ago first", async () => {
      const store = await open();
      await store.write({ put: [row("a"), row("b", { peer: "fe80::1" })], removed: [] });
      await store.write({ put: [row("c", { isUsed: true })], removed: [] });
      await store.write({ put: [row("a", { sealed: "longer than before" })], removed: [] });
      const rest = { isUsed: false, peer: "127.0.0.1", bytes: 8 };
      expect(await store.load()).toEqual([
        { ...rest, key: "b", peer: "fe80::1" },
        { ...rest, key: "c", isUsed: true },
        { ...rest, key: "a", bytes: 18 },
      ]);
      expect(await store.read("a")).toMatchObject(row("a", { sealed: "longer than before" }));
      expect(await store.read("b")).toMatchObject(row("b", { peer: "fe80::1" }));
      expect(await store.read("c")).toMatchObject(row("c", { isUsed: true }));
    });

    test("what is removed is gone, and its key may be used again, also in the same write", async () => {
      const store = await open();
      await store.write({ put: [row("a"), row("b")], removed: [] });
      await store.write({ put: [row("b", { sealed: "anew" })], removed: ["a", "b"] });
      expect(await keysOf(store)).toEqual(["b"]);
      expect(await store.read("a")).toBeUndefined();
      expect((await store.read("b"))?.sealed).toBe("anew");
    });

    const { reopen } = options;
    // What lives in memory only has nothing to open again, and promises nothing about it.
    if (reopen === undefined) return;

    test("everything acknowledged is there after opening again", async () => {
      const store = await open();
      await store.write({ put: [row("a"), row("b"), row("c")], removed: [] });
      await store.write({ put: [row("a", { isUsed: true })], removed: ["b"] });
      const next = await reopen(store);
      expect(await keysOf(next)).toEqual(["c", "a"]);
      expect((await next.read("a"))?.sealed).toBe("sealed a");
    });
  });
}
