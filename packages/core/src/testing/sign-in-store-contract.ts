import { describe, expect, test } from "vitest";
import type { SignInRow, SignInStore } from "../sign-in-store.js";

export type SignInStoreContractOptions = {
  /** Closes the store and opens what it left behind. Leave it out for one that lives in memory only. */
  readonly reopen?: (store: SignInStore) => Promise<SignInStore>;
};

const row = (key: string, more: Partial<SignInRow> = {}): SignInRow => ({
  key,
  owner: `token:“${key}”`,
  expiresAt: 1_890_000_000_000,
  sealed: `sealed ${key}`,
  ...more,
});

/** Every storage adapter runs this. What it promises is what `SignInStore` means. */
export function describeSignInStore(
  name: string,
  open: () => Promise<SignInStore>,
  { reopen }: SignInStoreContractOptions = {},
): void {
  describe(`SignInStore: ${name}`, () => {
    test("a new store holds nothing, and what is not kept can be removed", async () => {
      const store = await open();
      expect(await store.load()).toEqual([]);
      await store.write({ put: [], removed: ["nobody"] });
    });

    test("sign-ins come back as they were, the oldest first, and go one by one", async () => {
      const store = await open();
      await store.write({ put: [row("b")], removed: [] });
      await store.write({ put: [row("a", { expiresAt: 0.5 }), row("c")], removed: [] });
      expect(await store.load()).toEqual([row("b"), row("a", { expiresAt: 0.5 }), row("c")]);
      await store.write({ put: [row("d")], removed: ["b", "c"] });
      expect(await store.load()).toEqual([row("a", { expiresAt: 0.5 }), row("d")]);
    });

    // What lives in memory only has nothing to open again, and promises nothing about it.
    if (reopen === undefined) return;

    test("everything acknowledged is there after opening again, and nothing that was removed", async () => {
      const store = await open();
      await store.write({ put: [row("a"), row("b")], removed: [] });
      await store.write({ put: [], removed: ["a"] });
      expect(await (await reopen(store)).load()).toEqual([row("b")]);
    });
  });
}
