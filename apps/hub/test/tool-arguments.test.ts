import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assertComplete, readToolArguments } from "../src/command-line/tool-arguments.js";

const typed = fc.oneof(
  fc.tuple(fc.constant("string"), fc.string()),
  fc.tuple(fc.constant("integer"), fc.maxSafeInteger()),
  fc.tuple(fc.constant("number"), fc.double({ noNaN: true, noDefaultInfinity: true })),
  fc.tuple(fc.constant("boolean"), fc.boolean()),
  fc.tuple(fc.constant("array"), fc.array(fc.jsonValue(), { minLength: 1 })),
  fc.tuple(fc.constant("object"), fc.dictionary(fc.string(), fc.jsonValue())),
);
const key = fc.stringMatching(/^[a-z_][a-z0-9_]{0,10}$/).filter((name) => name !== "__proto__");

describe("arguments as key=value", () => {
  test("come out as the values that the schema of the tool asks for", () => {
    fc.assert(
      fc.property(fc.dictionary(key, typed, { minKeys: 1 }), (wanted) => {
        const entries = Object.entries(wanted);
        const properties = Object.fromEntries(entries.map(([name, [type]]) => [name, { type }]));
        const words = entries.map(
          ([name, [, value]]) =>
            `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
        );
        const expected = JSON.stringify(
          Object.fromEntries(entries.map(([name, [, value]]) => [name, value])),
        );
        const read = readToolArguments(words, { type: "object", properties });
        expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(expected));
      }),
    );
  });

  test.each([
    [{ type: "string" }, "a=5", "5"],
    [{ type: ["string", "null"] }, "a=null", null],
    [{ anyOf: [{ type: "number" }, { type: "string" }] }, "a=5", 5],
    [{ anyOf: [{ type: "number" }, { type: "string" }] }, "a=five", "five"],
    [{ $ref: "#/$defs/n" }, "a=5", 5],
    [{ enum: [1, 2] }, "a=2", 2],
    [{}, "a=5", 5],
    [{}, "a=five", "five"],
    [{ type: "array", items: { type: "string" } }, "a=5", ["5"]],
    [{ type: "array", items: { type: "number" } }, "a=5", [5]],
    [{ type: "string" }, "a:=5", 5],
    [{ type: "string" }, "a=x=y", "x=y"],
    [{ type: "string" }, "a=", ""],
  ])("with %j, %s is %j", (schema, word, value) => {
    const inputSchema = { properties: { a: schema }, $defs: { n: { type: "number" } } };
    expect(readToolArguments([word], inputSchema)).toEqual({ a: value });
  });

  test("a key given several times is a list", () => {
    const inputSchema = { properties: { a: { type: "array", items: { type: "number" } } } };
    expect(readToolArguments(["a=1", "a=2", "a=[3,4]"], inputSchema)).toEqual({ a: [1, 2, 3, 4] });
  });

  test("one JSON object is taken as it is", () => {
    expect(readToolArguments(['{"b": [1]}'], { properties: { a: {} } })).toEqual({ b: [1] });
  });

  const schema = {
    properties: { city: { type: "string" }, days: { type: "integer" } },
    required: ["city"],
  };

  test.each([
    [["days=soon"], 'days must be integer, and "soon" is not'],
    [["days=1.5"], 'days must be integer, and "1.5" is not'],
    [["citi=Bergen"], 'no argument "citi". The nearest is city'],
    [["Bergen"], '"Bergen" is no argument: write key=value, or one JSON object'],
    [["{"], "The argument is not JSON"],
    [["[1]"], '"[1]" is no argument'],
    [['{"a":1}', "city=x"], "Behind one JSON object there can be no other arguments"],
    [["city:=Bergen"], "city:= takes JSON"],
  ])("%j is refused with what is wrong", (words, text) => {
    expect(() => readToolArguments(words, schema)).toThrow(text);
  });

  test("a tool that takes anything takes it", () => {
    const open = { ...schema, additionalProperties: true };
    expect(readToolArguments(["other=1"], open)).toEqual({ other: 1 });
    expect(readToolArguments(["other=1"], undefined)).toEqual({ other: 1 });
  });

  test("what is required and missing is named with its type, all at once", () => {
    expect(() => assertComplete({}, { ...schema, required: ["city", "days"] }, "forecast")).toThrow(
      "forecast needs city (string), days (integer). Give them as city=value, or as one JSON object.",
    );
  });

  test("no words and no schema make it fail in another way than by saying why", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.jsonValue(), (words, inputSchema) => {
        try {
          readToolArguments(words, inputSchema);
        } catch (error) {
          expect(error).toHaveProperty("kind", "usage");
        }
      }),
    );
  });
});
