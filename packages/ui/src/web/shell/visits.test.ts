import { expect, test } from "vitest";
import { visited } from "./visits.js";

const minute = 60_000;

test("the first visit has none before it", () => {
  expect(visited({}, 1_000)).toEqual({ before: undefined, last: 1_000 });
});

test("a reload and a short rest go on with the same visit; a long one makes it the one before", () => {
  const first = visited({ before: 5, last: 10 * minute }, 10 * minute + 1_000);
  expect(first).toEqual({ before: 5, last: 10 * minute + 1_000 });
  expect(visited(first, 29 * minute)).toEqual({ before: 5, last: 29 * minute });
  expect(visited(first, 600 * minute)).toEqual({ before: first.last, last: 600 * minute });
});

test("a clock that was set back changes nothing but the moment", () => {
  expect(visited({ before: 5, last: 100 * minute }, minute)).toEqual({ before: 5, last: minute });
});
