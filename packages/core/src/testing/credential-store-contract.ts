import { describe, expect, test } from "vitest";
import type { CredentialRow, CredentialStore } from "../credential-store.js";

export type CredentialStoreContractOptions = {
  /** See `HubStoreContractOptions.reopen`. */
  readonly reopen?: (store: CredentialStore) => Promise<CredentialStore>;
};

/** A row that no key opens. */
export function sampleCredential(
  serverId: string,
  name: string,
  sealed = "c2VhbGVk",
): CredentialRow {
  const origins = ["https://tools.example:8443"];
  return {
    facts: { serverId, name, kind: "header", origins, setAt: 1_000, setBy: "ops" },
    keyId: "key",
    sealed,
  };
}

const sorted = (rows: readonly CredentialRow[]) =>
  [...rows].sort((a, b) => (JSON.stringify(a.facts) < JSON.stringify(b.facts) ? -1 : 1));

/** Every adapter of `CredentialStore` runs this, as a part of the suite of its `HubStore`. */
export function describeCredentialStore(
  name: string,
  open: () => Promise<CredentialStore>,
  { reopen }: CredentialStoreContractOptions = {},
): void {
  describe(`CredentialStore: ${name}`, () => {
    const again = async (store: CredentialStore) => (reopen === undefined ? store : reopen(store));

    test("keeps what was put, whole", async () => {
      const rows = [
        sampleCredential("a", "Authorization"),
        sampleCredential("a", "X-Api-Key"),
        sampleCredential("b", "Authorization", "ü".repeat(20_000)),
      ];
      const store = await open();
      await store.put(rows);
      expect(sorted(await (await again(store)).load())).toEqual(rows);
    });

    test("a newer one takes the place of an older one, in whatever case its name is", async () => {
      const store = await open();
      await store.put([sampleCredential("a", "Authorization", "old")]);
      const newer = sampleCredential("a", "authorization", "new");
      await store.put([newer]);
      expect(await (await again(store)).load()).toEqual([newer]);
    });

    test("removes one, or all of a server, and nothing else", async () => {
      const store = await open();
      const kept = sampleCredential("ab", "Authorization");
      await store.put([
        sampleCredential("a", "Authorization"),
        sampleCredential("a", "X-One"),
        sampleCredential("a", "X-Two"),
        kept,
      ]);
      await store.remove("a", ["AUTHORIZATION", "X-Unknown"]);
      expect((await store.load()).map(({ facts }) => facts.name).sort()).toEqual([
        "Authorization",
        "X-One",
        "X-Two",
      ]);
      await store.remove("a");
      await store.remove("nobody");
      expect(await (await again(store)).load()).toEqual([kept]);
    });

    test("what is changed outside later does not change it", async () => {
      const store = await open();
      await store.put([sampleCredential("a", "Authorization")]);
      const [row] = await store.load();
      Object.assign(row?.facts ?? {}, { setBy: "somebody else" });
      expect(await store.load()).toEqual([sampleCredential("a", "Authorization")]);
    });
  });
}
