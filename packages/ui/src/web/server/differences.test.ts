import { describe, expect, test } from "vitest";
import { differencesOf, middleOf } from "./differences.js";

const all = (before: unknown, after: unknown) => differencesOf(before, after).differences;

describe("differences of two definitions", () => {
  test("the same is the same, in whatever order its members stand", () => {
    expect(all({ a: 1, b: { c: [1, 2] } }, { b: { c: [1, 2] }, a: 1 })).toEqual([]);
  });

  test("each property has its path, and what was before and after", () => {
    expect(
      all(
        {
          description: "Old",
          inputSchema: { properties: { city: { type: "string" }, days: { type: "number" } } },
        },
        {
          description: "New",
          inputSchema: { properties: { city: { type: "integer" }, unit: { type: "string" } } },
        },
      ),
    ).toEqual([
      { path: "description", before: "Old", after: "New" },
      { path: "inputSchema.properties.city.type", before: "string", after: "integer" },
      { path: "inputSchema.properties.days", before: '{\n  "type": "number"\n}' },
      { path: "inputSchema.properties.unit", after: '{\n  "type": "string"\n}' },
    ]);
  });

  test("lists of plain values are shown whole, lists of objects place by place", () => {
    expect(all({ required: ["a"] }, { required: ["a", "b"] })).toEqual([
      { path: "required", before: '[\n  "a"\n]', after: '[\n  "a",\n  "b"\n]' },
    ]);
    expect(
      all({ arguments: [{ name: "a" }] }, { arguments: [{ name: "b" }, { name: "c" }] }),
    ).toEqual([
      { path: "arguments[0].name", before: "a", after: "b" },
      { path: "arguments[1]", after: '{\n  "name": "c"\n}' },
    ]);
  });

  test("a key that is no word, and one that every object has", () => {
    expect(all({ "a b": 1 }, { "a b": 2 })).toEqual([{ path: '["a b"]', before: "1", after: "2" }]);
    expect(all({}, { toString: "x" })).toEqual([{ path: "toString", after: "x" }]);
  });

  test("null is a value", () => {
    expect(all({ a: null }, { a: 1 })).toEqual([{ path: "a", before: "null", after: "1" }]);
  });

  test("very many differences are cut", () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`k${n}`, n]));
    const { differences, isCut } = differencesOf({}, many);
    expect(differences).toHaveLength(200);
    expect(isCut).toBe(true);
  });
});

test("two texts are cut where they part and where they meet again", () => {
  expect(middleOf("says hello.", "says goodbye.")).toEqual({
    before: { start: "says ", middle: "hello", end: "." },
    after: { start: "says ", middle: "goodbye", end: "." },
  });
  expect(middleOf("aa", "aaa").after).toEqual({ start: "aa", middle: "a", end: "" });
  expect(middleOf("", "new").before).toEqual({ start: "", middle: "", end: "" });
});
