import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { literalOf, readJson, toPlain, withNumbers, writeJson } from "./written-numbers.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 500);

/** Numbers as programs write them, many of which JavaScript does not keep. */
const writtenNumber = fc.oneof(
  fc.bigInt({ min: -(10n ** 400n), max: 10n ** 400n }).map(String),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.nat(1_000))
    .map(([a, b]) => `${a}.${b}0`),
  fc
    .tuple(fc.integer(), fc.constantFrom("e", "E", "e+", "E-"), fc.nat(500))
    .map((parts) => parts.join("")),
  fc.constantFrom("1.0", "-0", "-0.0", "0.10", "1e2", "1e400", "-1E400", "9007199254740993"),
);
const writtenText = fc
  .oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("1.0", '\\"1.0', "#number-:1.0", "\\\\", "\\"),
  )
  .map((text) => JSON.stringify(text));
/** JSON as somebody else's program writes it, spaces and all. */
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    writtenNumber,
    writtenText,
    fc.constantFrom("true", "false", "null"),
    fc.array(tie("json"), { maxLength: 4 }).map((items) => `[${items.join(", ")}]`),
    fc
      .uniqueArray(fc.tuple(writtenText, tie("json")), {
        maxLength: 4,
        selector: ([name]) => JSON.parse(name),
      })
      .map((members) => `{ ${members.map(([name, value]) => `${name}:${value}`).join(" ,")}}`),
  ),
}));

/** The numbers of a JSON text, in their order. */
const numbersOf = (text: string) =>
  text.replace(/"(?:[^"\\]|\\.)*"/g, '""').match(/-?\d[-+.\deE]*/g) ?? [];
/** Objects whose keys JavaScript would put in another order prove nothing here. */
const hasNumericKeys = (text: string) => /"\d+"\s*:/.test(text);

describe("JSON read and written again", () => {
  test("has every number as it was written, and all else as JSON.parse has it", () => {
    fc.assert(
      fc.property(json, (text) => {
        fc.pre(!hasNumericKeys(text));
        const { plain, written } = readJson(text);
        expect(plain).toEqual(JSON.parse(text));
        const again = writeJson(written);
        expect(numbersOf(again)).toEqual(numbersOf(text));
        expect(JSON.parse(again)).toEqual(plain);
        expect(toPlain(written)).toEqual(plain);
      }),
      { numRuns },
    );
  });

  test("is the same value where no number would be lost", () => {
    const { plain, written } = readJson('{"a":[1,-2.5,1e+21,"1.0"]}');
    expect(written).toBe(plain);
  });

  test("is refused where JSON.parse refuses it", () => {
    for (const text of [
      "",
      "{",
      "01",
      "1.",
      "[1.0.0]",
      "{1.0:2}",
      '"\\"',
      "[1.0,]",
      "-",
      "1.0 1.0",
    ])
      expect(() => readJson(text), text).toThrow(SyntaxError);
  });

  test("is read in a time linear in its size, however it is quoted", () => {
    const text = `["${"\\\\".repeat(1_000_000)}",1.0,"${'\\"'.repeat(1_000_000)}"]`;
    expect(writeJson(readJson(text).written)).toBe(text);
  });

  test("keeps its numbers inside the members that stay, and only there", () => {
    const { written } = readJson('{"priority":0.50,"_meta":{"n":1.0},"list":[{"size":2.0}]}');
    const value = toPlain(written, new Set(["_meta"]));
    expect(writeJson(value)).toBe('{"priority":0.5,"_meta":{"n":1.0},"list":[{"size":2}]}');
  });
});

test("an id reads as it was written", () => {
  const id = (text: string) => literalOf(readJson(text).written as string | number); // it is one
  expect(["12345678901234567890", "1.0", "7", '"x"'].map(id)).toEqual([
    "12345678901234567890",
    "1.0",
    "7",
    "x",
  ]);
});

test("a text of others that looks like a number in disguise stays a text", () => {
  expect(withNumbers('["#number-000000000000000000:1.0"]')).toBe(
    '["#number-000000000000000000:1.0"]',
  );
});
