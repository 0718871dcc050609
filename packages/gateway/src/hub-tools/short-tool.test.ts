import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { firstSentence, requiredTypes, shortTool } from "./short-tool.js";

describe("the first sentence", () => {
  test.each([
    ["Files an issue. It needs a title.", "Files an issue."],
    ["Files an issue, e.g. in a repository. Then more.", "Files an issue, e.g. in a repository."],
    ["Reads v1.2 files\nof a folder.\nMore", "Reads v1.2 files of a folder."],
    ["Title without a stop\n\nArgs:\n  a: text", "Title without a stop"],
    ["  No stop  ", "No stop"],
    ["Does it work? Yes!", "Does it work?"],
    ["天気を調べる。次の文。", "天気を調べる。"],
    ["", ""],
    ["...", "..."],
  ])("of %j is %j", (text, sentence) => {
    expect(firstSentence(text)).toBe(sentence);
  });
});

describe("the types of required parameters", () => {
  test("are told as people write them", () => {
    expect(
      requiredTypes({
        type: "object",
        required: ["text", "list", "level", "maybe", "either", "named", "open", "gone", 7],
        properties: {
          text: { type: "string" },
          list: { type: "array", items: { type: "integer" } },
          level: { type: "string", enum: ["low", "high"] },
          maybe: { type: ["string", "null"] },
          either: { anyOf: [{ type: "string" }, { type: "array", items: { type: "number" } }] },
          named: { $ref: "#/$defs/Place" },
          open: {},
          optional: { type: "string" },
        },
        $defs: { Place: { type: "object" } },
      }),
    ).toEqual({
      text: "string",
      list: "integer[]",
      level: "low|high",
      maybe: "string|null",
      either: "string|number[]",
      named: "object",
      open: "any",
    });
  });

  test("of a schema that refers to itself, or has too many values, have an end", () => {
    const values = Array.from({ length: 500 }, (_, at) => `value-${at}`);
    const types = requiredTypes({
      required: ["loop", "many", "__proto__"],
      properties: { loop: { $ref: "#/$defs/A" }, many: { type: "string", enum: values } },
      $defs: { A: { $ref: "#/$defs/A" } },
    });
    expect(types).toEqual({ loop: "any", many: "string" });
  });
});

test("whatever a definition is, the short form has its name and no more than it may", () => {
  fc.assert(
    fc.property(
      fc.record({
        description: fc.jsonValue(),
        title: fc.jsonValue(),
        inputSchema: fc.oneof(
          fc.jsonValue(),
          fc.record({ required: fc.jsonValue(), properties: fc.jsonValue() }),
          fc
            .dictionary(fc.string(), fc.jsonValue())
            .map((properties) => ({ required: Object.keys(properties), properties })),
        ),
      }),
      fc.nat({ max: 50 }),
      (given, characters) => {
        const definition = JSON.parse(JSON.stringify({ ...given, name: "a" }));
        const {
          name,
          description = "",
          required = {},
        } = shortTool(definition, {
          characters,
          parameters: 2,
        });
        expect(name).toBe("a");
        expect([...String(description)].length).toBeLessThanOrEqual(characters);
        expect(Object.values(Object(required)).every((type) => typeof type === "string")).toBe(
          true,
        );
        expect(Object.keys(Object(required)).length).toBeLessThanOrEqual(2);
      },
    ),
    { numRuns: Number(process.env.HUB_PROPERTY_RUNS ?? 500) },
  );
});
