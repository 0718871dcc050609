import { describe, expect, test } from "vitest";
import { isMisspelling } from "./spelling.js";

describe("isMisspelling", () => {
  test.each([
    ["forcast", "forecast"],
    ["wheather", "weather"],
    ["repositary", "repository"],
    ["calednar", "calendar"],
  ])("%s may mean %s", (word, other) => {
    expect(isMisspelling(word, other)).toBe(true);
    expect(isMisspelling(other, word)).toBe(true);
  });

  test.each([
    ["mail", "main"],
    ["weather", "leather"],
    ["calendar", "cylinder"],
    ["order", "ordering"],
    ["abcdef", "bacedf"],
  ])("%s is not %s", (word, other) => {
    expect(isMisspelling(word, other)).toBe(false);
  });
});
