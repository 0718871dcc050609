import fc from "fast-check";
import { expect, test } from "vitest";
import { givingWay } from "./give-way.js";

const takers = (...all: readonly number[]) =>
  all.map((bytes, index) => ({ id: `${index}`, bytes }));

test.each([
  ["nobody, while there is room", [16, 16], 16, []],
  ["the largest, for a small one", [16, 17, 16, 15], 3, ["1"]],
  ["nobody, for one that is as large as they are", [16, 16, 16, 16], 16, undefined],
  ["nobody, for one that is larger", [16, 16, 16], 20, undefined],
  ["several, when one is not enough", [30, 31, 25, 1], 20, ["1", "0"]],
  ["nobody, when the larger ones would not be enough", [31, 30, 30, 1], 30, undefined],
])("gives way: %s", (_, others, bytes, ids) => {
  const going = givingWay(takers(...others), bytes, 64);
  expect(going?.map(({ id }) => id)).toEqual(ids);
});

test("whoever comes: the budget is kept, only larger ones give way, and no more of them than must", () => {
  const bytes = fc.integer({ min: 1, max: 100 });
  fc.assert(
    fc.property(fc.array(bytes), bytes, bytes, (others, wanted, most) => {
      const all = takers(...others);
      const going = givingWay(all, wanted, most);
      const total = others.reduce((sum, one) => sum + one, wanted);
      const larger = all.filter((other) => other.bytes > wanted);
      const sum = (list: typeof all) => list.reduce((added, one) => added + one.bytes, 0);
      if (going === undefined) {
        expect(total - sum(larger)).toBeGreaterThan(most);
        return;
      }
      expect(total - sum([...going])).toBeLessThanOrEqual(most);
      expect(going.every((one) => larger.includes(one))).toBe(true);
      expect(total - sum(going.slice(0, -1))).toBeGreaterThan(going.length === 0 ? -1 : most);
    }),
  );
});
