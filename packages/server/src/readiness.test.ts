import { HubError } from "@hub/core";
import { expect, test } from "vitest";
import { Readiness } from "./readiness.js";

test("a hub is ready when its index is whole and its store can write; the store is asked once a second", async () => {
  let now = 0;
  let asked = 0;
  let isFull = false;
  const store = {
    assertWritable: async () => {
      asked += 1;
      if (isFull) throw new HubError("STORE_UNAVAILABLE", "The disk is full.");
    },
  };
  const readiness = new Readiness(store, () => now);
  await expect(readiness.check()).rejects.toMatchObject({ code: "STARTING" });
  readiness.indexed();
  await Promise.all([readiness.check(), readiness.check()]);
  isFull = true;
  await readiness.check();
  expect(asked).toBe(1);
  now += 1_000;
  await expect(readiness.check()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  isFull = false;
  await expect(readiness.check()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  now += 1_000;
  await readiness.check();
  expect(asked).toBe(3);
});
