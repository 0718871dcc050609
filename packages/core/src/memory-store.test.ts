import { expect, test } from "vitest";
import { MemoryStore } from "./memory-store.js";
import { describeHubStore } from "./testing/hub-store-contract.js";
import { creating } from "./testing/samples.js";

describeHubStore("memory", async (budgets) => new MemoryStore(budgets));

test("what it gives away and what it was given cannot change what it holds", async () => {
  const store = new MemoryStore();
  const write = creating("one");
  await store.commit(write);
  const tamper = (record: unknown) => Object.assign(record as object, { name: "Tampered" });
  tamper(write.entries[0]?.record);
  tamper((await store.load()).entries[0]);
  tamper((await store.journal({ order: "oldest-first", limit: 1 }))[0]);
  expect((await store.load()).entries[0]?.name).toBe("Server one");
  expect((await store.journal({ order: "oldest-first", limit: 1 }))[0]?.name).toBe("Server one");
});
