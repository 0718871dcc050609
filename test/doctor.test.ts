import type { HubProcess } from "@hub/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allFaults } from "./doctor/all-faults.js";
import { removeFiles, startHub } from "./doctor/stage.js";
import { tryFault, wrongIn } from "./doctor/try-fault.js";

describe("the doctor says the same in all four ways, and its fix works", () => {
  let hub: HubProcess;
  beforeAll(async () => {
    hub = await startHub();
  });
  afterAll(async () => {
    await hub.stop();
    removeFiles();
  });

  test("there are at least 25 planted faults", () => {
    expect(new Set(allFaults.map(({ what }) => what)).size).toBeGreaterThanOrEqual(25);
  });

  test.each(allFaults.map((fault) => [fault.what, fault] as const))("%s", async (_, fault) => {
    const tried = await tryFault(fault, hub.url);
    expect(wrongIn(tried)).toEqual([]);
    expect(tried.isMended).toBe(true);
  });
});
