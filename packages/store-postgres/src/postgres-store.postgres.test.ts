import type { BudgetBook, HubStore } from "@hub/core";
import { describeHubStore } from "@hub/core/testing";
import { Postgres } from "@hub/testing";
import { afterAll, beforeAll } from "vitest";
import { openPostgresStore } from "./open-postgres-store.js";

let postgres: Postgres;
const urls = new WeakMap<HubStore, string>();

beforeAll(async () => {
  postgres = await Postgres.start();
});
afterAll(() => postgres.close());

async function openAt(url: string, budgets?: BudgetBook): Promise<HubStore> {
  const store = await openPostgresStore({ url, budgets });
  urls.set(store, url);
  return store;
}

describeHubStore("Postgres", async (budgets) => openAt(await postgres.newDatabase(), budgets), {
  reopen: async (store) => {
    await store.close();
    return openAt(urls.get(store) ?? "");
  },
});
