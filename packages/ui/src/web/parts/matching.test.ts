import { expect, test } from "vitest";
import { matching } from "./matching.js";

const value = {
  days: [
    { at: "Mon", rain: 3 },
    { at: "Tue", rain: 0 },
  ],
  place: { name: "Bergen" },
};

test("what has the words stays, with what leads to it", () => {
  expect(matching(value, "tue")).toEqual({ days: { 1: { at: "Tue" } } });
  expect(matching(value, "PLACE")).toEqual({ place: { name: "Bergen" } });
  expect(matching(value, "rain")).toEqual({ days: { 0: { rain: 3 }, 1: { rain: 0 } } });
  expect(matching(value, " ")).toBe(value);
  expect(matching(value, "nothing like it")).toBe(undefined);
});
