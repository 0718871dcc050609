import { BudgetBook } from "@hub/core";
import { expect, test } from "vitest";
import { SessionHomes } from "./session-homes.js";

type Instance = Parameters<SessionHomes["remember"]>[0];
const instanceOf = (serverId: string) => ({ serverId, instanceId: "i-1" }) as Instance; // all that is read of it
const instance = instanceOf("one");
const long = (index: number) => `${index}`.padStart(1_000, "x");

function start() {
  const budgets = new BudgetBook({ sessionHomeBytes: 64 * 1024 });
  const row = () => budgets.report().find(({ name }) => name === "sessionHomeBytes");
  return { homes: new SessionHomes(budgets), row };
}

test("ids of sessions take no more than their budget; those used longest ago make room", () => {
  const { homes, row } = start();
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

test("one server that gives out ids without end takes no other server's room, and a look-up is use", () => {
  const { homes, row } = start();
  for (let other = 0; other < 5; other += 1) homes.remember(instanceOf(`other-${other}`), "kept");
  homes.remember(instance, "asked for");
  homes.remember(instance, "not asked for");
  for (let index = 0; index < 1_000; index += 1) {
    homes.remember(instance, long(index));
    expect(homes.of("one", "asked for")).toBe("i-1");
  }
  for (let other = 0; other < 5; other += 1) expect(homes.of(`other-${other}`, "kept")).toBe("i-1");
  expect(homes.of("one", "not asked for")).toBeUndefined();
  expect(row()?.by).toBe("one");
  // One that comes later finds room for many.
  for (let index = 0; index < 10; index += 1) homes.remember(instanceOf("late"), long(index));
  for (let index = 0; index < 10; index += 1) expect(homes.of("late", long(index))).toBe("i-1");
});

test("what servers had that are no more is free again", () => {
  const { homes, row } = start();
  for (let index = 0; index < 20; index += 1) {
    homes.remember(instance, long(index));
    homes.remember(instanceOf("two"), "kept");
  }
  homes.retain(new Set(["two"]));
  expect(homes.of("one", long(19))).toBeUndefined();
  expect(homes.of("two", "kept")).toBe("i-1");
  expect(row()?.used).toBeLessThan(1_000);
});

test("what a session agreed on stays with it, also when its instance is seen again", () => {
  const { homes } = start();
  homes.agreed("one", "unknown", "2025-03-26");
  expect(homes.versionOf("one", "unknown")).toBeUndefined();
  homes.remember(instance, "known");
  expect(homes.versionOf("one", "known")).toBeUndefined();
  homes.agreed("one", "known", "2025-03-26");
  homes.remember(instance, "known");
  expect(homes.versionOf("one", "known")).toBe("2025-03-26");
  expect(homes.versionOf("two", "known")).toBeUndefined();
});
