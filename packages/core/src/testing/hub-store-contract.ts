import { afterEach, describe, expect, test } from "vitest";
import type { BudgetBook } from "../budget-book.js";
import type { HubStore } from "../hub-store.js";
import { describeAuditStore, sampleLine } from "./audit-store-contract.js";
import { describeCredentialStore, sampleCredential } from "./credential-store-contract.js";
import { creating } from "./samples.js";
import { describeSeriesStore, sampleRow } from "./series-store-contract.js";
import { describeSessionStore } from "./session-store-contract.js";
import { describeSignInStore } from "./sign-in-store-contract.js";
import { describeStore } from "./store-contract.js";
import { committed } from "./store-contract-kit.js";
import { describeTokenStore, sampleToken } from "./token-store-contract.js";
import { describeToolsetStore, sampleToolset } from "./toolset-store-contract.js";

export type HubStoreContractOptions = {
  /**
   * Closes the store and opens what it left behind. Leave it out for a store that lives only as long
   * as its process; what is promised about opening again is then not tested.
   */
  readonly reopen?: (store: HubStore) => Promise<HubStore>;
};

/** Every adapter of `HubStore` runs this. `open` makes a new, empty store; each is closed when its test ends. */
export function describeHubStore(
  name: string,
  open: (budgets?: BudgetBook) => Promise<HubStore>,
  { reopen }: HubStoreContractOptions = {},
): void {
  const opened = new Set<HubStore>();
  const openOne = async (budgets?: BudgetBook): Promise<HubStore> => {
    const store = await open(budgets);
    opened.add(store);
    return store;
  };
  /** Opens the store again that has this as one of its parts. */
  const reopenStoreOf = async (part: unknown): Promise<HubStore> => {
    const store = [...opened].find((one) =>
      [
        one,
        one.toolsets,
        one.sessions,
        one.signIns,
        one.tokens,
        one.audit,
        one.credentials,
        one.series,
      ].some((kept) => kept === part),
    );
    if (store === undefined || reopen === undefined) throw new Error("It cannot be opened again.");
    opened.delete(store);
    const next = await reopen(store);
    opened.add(next);
    return next;
  };
  const again = <Part>(partOf: (store: HubStore) => Part) =>
    reopen === undefined
      ? {}
      : { reopen: async (part: unknown) => partOf(await reopenStoreOf(part)) };

  describe(`HubStore: ${name}`, () => {
    afterEach(async () => {
      for (const store of opened) await store.close();
      opened.clear();
    });
    describeStore(
      name,
      openOne,
      again((store) => store),
    );
    describeToolsetStore(
      name,
      async () => (await openOne()).toolsets,
      again(({ toolsets }) => toolsets),
    );
    describeSessionStore(
      name,
      async () => (await openOne()).sessions,
      again(({ sessions }) => sessions),
    );
    describeSignInStore(
      name,
      async () => (await openOne()).signIns,
      again(({ signIns }) => signIns),
    );
    describeCredentialStore(
      name,
      async () => (await openOne()).credentials,
      again(({ credentials }) => credentials),
    );
    describeAuditStore(
      name,
      async (budgets) => (await openOne(budgets)).audit,
      again(({ audit }) => audit),
    );
    describeSeriesStore(
      name,
      async (budgets) => (await openOne(budgets)).series,
      again(({ series }) => series),
    );
    describeTokenStore(
      name,
      async () => (await openOne()).tokens,
      again(({ tokens }) => tokens),
    );

    test("a write that holds lines of the audit stores them with it, or not at all", async () => {
      const store = await openOne();
      await committed(store, { ...creating("a"), audit: [sampleLine({ serverId: "a" })] });
      const again = await store.commit({
        ...creating("a"),
        audit: [sampleLine({ serverId: "b" })],
      });
      expect(again.ok).toBe(false);
      const token = sampleToken("a");
      await store.tokens.add(token, sampleLine({ serverId: "token" }));
      await store.tokens.add(token, sampleLine({ serverId: "token again" }));
      await store.tokens.remove("a", sampleLine({ serverId: "no token" }));
      await store.tokens.remove("a", sampleLine({ serverId: "no token again" }));
      const desk = sampleToolset("desk");
      await store.toolsets.put(desk, undefined, sampleLine({ serverId: "toolset" }));
      await store.toolsets.put(desk, undefined, sampleLine({ serverId: "toolset again" }));
      await store.toolsets.remove("desk", desk.revision, sampleLine({ serverId: "no toolset" }));
      await store.toolsets.remove("desk", desk.revision, sampleLine({ serverId: "again" }));
      const key = sampleCredential("c", "X-Key");
      await store.credentials.put([key], sampleLine({ serverId: "credential" }));
      await store.credentials.remove("c", ["X-Other"], sampleLine({ serverId: "nothing" }));
      await store.credentials.remove("c", ["X-Key"], sampleLine({ serverId: "no credential" }));
      await store.credentials.remove("c", undefined, sampleLine({ serverId: "nothing again" }));
      const rows = await store.audit.page({ limit: 10 });
      expect(rows.map(({ serverId }) => serverId)).toEqual([
        "no credential",
        "credential",
        "no toolset",
        "toolset",
        "no token",
        "token",
        "a",
      ]);
    });

    // What lives in memory only has nothing to open again, and promises nothing about it.
    if (reopen === undefined) return;

    test("servers, toolsets, sessions, tokens, credentials, the audit and series are there together after opening again", async () => {
      const store = await openOne();
      await committed(store, creating("a"));
      await store.toolsets.put(sampleToolset("desk"), undefined);
      const session = { key: "k", peer: "127.0.0.1", isUsed: true, sealed: "sealed" };
      await store.sessions.write({ put: [session], removed: [] });
      const credential = sampleCredential("a", "Authorization");
      await store.credentials.put([credential]);
      await store.tokens.add(sampleToken("a"));
      await store.audit.append([sampleLine()]);
      await store.series.put([sampleRow()]);
      const next = await reopenStoreOf(store);
      expect(await next.credentials.load()).toEqual([credential]);
      expect((await next.load()).entries.map(({ id }) => id)).toEqual(["a"]);
      expect(await next.toolsets.load()).toEqual([sampleToolset("desk")]);
      expect((await next.sessions.read("k"))?.sealed).toBe("sealed");
      expect(await next.tokens.load()).toEqual([sampleToken("a")]);
      expect(await next.audit.page({ limit: 10 })).toMatchObject([sampleLine()]);
      expect(await next.series.get([sampleRow()])).toEqual([sampleRow()]);
    });
  });
}
