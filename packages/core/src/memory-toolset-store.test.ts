import { expect, test } from "vitest";
import { MemoryToolsetStore } from "./memory-toolset-store.js";
import { sampleToolset } from "./testing/toolset-store-contract.js";

test("what it gives away and what it was given cannot change what it holds", async () => {
  const store = new MemoryToolsetStore();
  const given = sampleToolset("a");
  await store.put(given, undefined);
  const conflict = await store.put(given, undefined);
  const tamper = (toolset: unknown) => Object.assign(toolset as object, { name: "Tampered" });
  tamper(given);
  tamper((await store.load())[0]);
  if (!conflict.ok) tamper(conflict.fresh);
  expect(await store.load()).toEqual([sampleToolset("a")]);
});
