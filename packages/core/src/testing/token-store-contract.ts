import { describe, expect, test } from "vitest";
import type { TokenRecord } from "../access/token.js";
import { HubError } from "../errors.js";
import type { TokenStore } from "../token-store.js";

export type TokenStoreContractOptions = {
  /** Closes the store and opens what it left behind. Leave it out for one that lives in memory only. */
  readonly reopen?: (store: TokenStore) => Promise<TokenStore>;
};

/** A token with every field, so that none is lost on the way. */
export function sampleToken(id: string): TokenRecord {
  return {
    id,
    name: `Token “${id}”`,
    sha256: "0123456789abcdef".repeat(4),
    grants: [
      { action: "call", servers: ["payments-*"], tags: ["eu"], tools: ["list_*"] },
      { action: "read" },
    ],
    createdAt: 1_790_000_000_000,
    createdBy: "anonymous",
    expiresAt: 1_890_000_000_000,
  };
}

/** Every storage adapter runs this. What it promises is what `TokenStore` means. */
export function describeTokenStore(
  name: string,
  open: () => Promise<TokenStore>,
  { reopen }: TokenStoreContractOptions = {},
): void {
  const ids = async (store: TokenStore) => (await store.load()).map(({ id }) => id).sort();

  describe(`TokenStore: ${name}`, () => {
    test("a new store holds nothing", async () => {
      expect(await (await open()).load()).toEqual([]);
    });

    test("tokens come back as they were", async () => {
      const store = await open();
      expect(await store.add(sampleToken("a"))).toBe(true);
      const { expiresAt: _, ...forEver } = sampleToken("b");
      expect(await store.add(forEver)).toBe(true);
      const byId = new Map((await store.load()).map((token) => [token.id, token]));
      expect(byId.get("a")).toEqual(sampleToken("a"));
      expect(byId.get("b")).toEqual(forEver);
    });

    test("a token whose id is taken is not stored; letters in another case are another id", async () => {
      const store = await open();
      await store.add(sampleToken("a"));
      expect(await store.add({ ...sampleToken("a"), name: "Another" })).toBe(false);
      expect(await store.add(sampleToken("A"))).toBe(true);
      expect(await store.load()).toContainEqual(sampleToken("a"));
      expect(await ids(store)).toEqual(["A", "a"]);
    });

    test("who judges a removal hears what would be left, and can stop it; of two at once, one sees the other", async () => {
      const store = await open();
      for (const id of ["a", "b"]) await store.add(sampleToken(id));
      const heard: string[][] = [];
      const judge = (left: readonly TokenRecord[]) => {
        heard.push(left.map(({ id }) => id));
        if (left.length === 0) throw new HubError("INVALID_REQUEST", "It is the last.");
      };
      expect(await store.remove("c", undefined, judge)).toBe(false);
      const removals = ["a", "b"].map((id) => store.remove(id, undefined, judge));
      const settled = await Promise.allSettled(removals);
      expect(settled.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      expect(heard.map(({ length }) => length)).toEqual([1, 0]);
      expect(await store.load()).toHaveLength(1);
    });

    test("what was removed is gone, and cannot be removed again", async () => {
      const store = await open();
      await store.add(sampleToken("a"));
      await store.add(sampleToken("b"));
      expect(await store.remove("a")).toBe(true);
      expect(await store.remove("a")).toBe(false);
      expect(await ids(store)).toEqual(["b"]);
    });

    // What lives in memory only has nothing to open again, and promises nothing about it.
    if (reopen === undefined) return;

    test("everything acknowledged is there after opening again, and nothing that was removed", async () => {
      const store = await open();
      await store.add(sampleToken("a"));
      await store.add(sampleToken("b"));
      await store.remove("a");
      const next = await reopen(store);
      expect(await next.load()).toEqual([sampleToken("b")]);
    });
  });
}
