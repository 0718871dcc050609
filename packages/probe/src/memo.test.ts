import fc from "fast-check";
import { expect, test } from "vitest";
import { createMemo, within } from "./memo.js";

test("a memory holds no more than it may, and forgets what was set longest ago", () => {
  const step = fc.record({ key: fc.constantFrom("a", "b", "c", "d", "e", "f"), value: fc.nat() });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step), (most, steps) => {
      const memo = createMemo<number>(most);
      const model = new Map<string, number>();
      for (const { key, value } of steps) {
        memo.set(key, value);
        model.delete(key);
        model.set(key, value);
        if (model.size > most) model.delete([...model.keys()][0] ?? "");
      }
      for (const key of ["a", "b", "c", "d", "e", "f"])
        expect(memo.get(key)?.value).toBe(model.get(key));
    }),
  );
});

test("what is kept has an age, which is new with every value", () => {
  const memo = createMemo<number>(2);
  memo.set("a", 1);
  expect(memo.get("a")?.ageMs).toBeGreaterThanOrEqual(0);
  memo.set("a", 2);
  expect(memo.get("a")?.value).toBe(2);
  expect(memo.get("b")).toBeUndefined();
});

test("a part of it belongs to one owner", () => {
  const memo = createMemo<string>(10);
  const one = within(memo, "one");
  const other = within(memo, "other");
  one.set("url", "mine");
  expect(other.get("url")).toBeUndefined();
  other.set("url", "theirs");
  expect([one.get("url")?.value, other.get("url")?.value]).toEqual(["mine", "theirs"]);
});
