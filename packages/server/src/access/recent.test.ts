import { expect, test } from "vitest";
import { Recent } from "./recent.js";

test("what was found is known for a time, longer while it is asked for, and is forgotten then", () => {
  const recent = new Recent<number>({ most: 10, forMs: 100 });
  recent.set("asked", 1, 0);
  recent.set("left", 2, 0);
  for (let now = 0; now <= 1_000; now += 50) expect(recent.get("asked", now)).toBe(1);
  expect(recent.get("left", 1_000)).toBeUndefined();
  recent.age(1_101);
  expect(recent.get("asked", 1_150)).toBe(1);
  recent.age(1_205);
  recent.age(1_306);
  expect(recent.get("asked", 1_306)).toBeUndefined();
  recent.set("asked", 1, 1_306);
  expect(recent.get("asked", 5_000)).toBeUndefined();
});

test("a clock that is set back keeps nothing for longer", () => {
  const recent = new Recent<number>({ most: 10, forMs: 100 });
  recent.set("a", 1, 1_000_000);
  recent.age(1_000_000);
  recent.age(0);
  recent.age(100);
  expect(recent.get("a", 100)).toBeUndefined();
});

test("holds a bounded number, and those that were asked for last", () => {
  const recent = new Recent<number>({ most: 10, forMs: 100 });
  recent.age(0);
  for (let one = 0; one < 1_000; one += 1) {
    recent.set(`text ${one}`, one, 0);
    expect(recent.get("text 0", 0)).toBe(0);
  }
  const held = Array.from({ length: 1_000 }, (_, one) => recent.get(`text ${one}`, 0));
  expect(held.filter((one) => one !== undefined).length).toBeLessThanOrEqual(20);
  expect(recent.get("text 999", 0)).toBe(999);
  recent.clear();
  expect(recent.get("text 999", 0)).toBeUndefined();
});
