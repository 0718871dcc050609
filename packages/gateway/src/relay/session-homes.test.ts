import { BudgetBook } from "@hub/core";
import { expect, test } from "vitest";
import { SessionHomes } from "./session-homes.js";

const instance = { serverId: "one", instanceId: "i-1" } as Parameters<SessionHomes["remember"]>[0]; // all that is read of it

test("ids of sessions take no more than their budget; those used longest ago make room", () => {
  const budgets = new BudgetBook({ sessionHomeBytes: 64 * 1024 });
  const homes = new SessionHomes(budgets);
  const row = () => budgets.report().find(({ name }) => name === "sessionHomeBytes");
  for (let index = 0; index < 1_000; index += 1) {
    homes.remember(instance, `${index}`.padStart(1_000, "x"));
    homes.remember(instance, "kept");
    expect(row()?.used).toBeLessThanOrEqual(64 * 1024);
  }
  expect(homes.of("one", "kept")).toBe("i-1");
  expect(homes.of("one", "0".padStart(1_000, "x"))).toBeUndefined();
  expect(homes.of("one", "999".padStart(1_000, "x"))).toBe("i-1");
  expect(row()?.refused).toBeGreaterThan(900);
});
