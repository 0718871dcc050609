import { expect, test } from "vitest";
import { schemaRows } from "./schema-rows.js";

const brief = (schema: unknown) =>
  schemaRows(schema).rows.map(
    ({ path, depth, type, isRequired }) => `${depth} ${path}: ${type}${isRequired ? "" : "?"}`,
  );

test("each parameter is a row, and says whether it must be there", () => {
  const { rows } = schemaRows({
    type: "object",
    properties: {
      city: { type: "string", description: "Where", minLength: 2 },
      days: { type: "integer", default: 3, minimum: 1, maximum: 14 },
      unit: { enum: ["c", "f"] },
    },
    required: ["city"],
  });
  expect(rows.map(({ name }) => name)).toEqual(["city", "days", "unit"]);
  expect(rows[0]).toMatchObject({
    type: "string",
    isRequired: true,
    description: "Where",
    limits: ["at least 2 characters"],
  });
  expect(rows[1]).toMatchObject({ defaultValue: "3", limits: ["at least 1", "at most 14"] });
  expect(rows[2]).toMatchObject({ type: "string", values: ['"c"', '"f"'], isRequired: false });
});

test("nested objects and items of lists stand below their parent", () => {
  expect(
    brief({
      properties: {
        filter: {
          type: "object",
          properties: {
            tags: { type: "array", items: { properties: { name: { type: "string" } } } },
          },
        },
        limits: { type: "object", additionalProperties: { type: "number" } },
      },
    }),
  ).toEqual([
    "0 filter: object?",
    "1 filter.tags: object[]?",
    "2 filter.tags[].name: string?",
    "0 limits: object?",
    "1 limits.*: number?",
  ]);
});

test("references, choices and combinations are followed", () => {
  expect(
    brief({
      type: "object",
      $defs: { point: { type: "object", properties: { x: { type: "number" } }, required: ["x"] } },
      allOf: [{ properties: { at: { $ref: "#/$defs/point" } }, required: ["at"] }],
      properties: {
        many: { type: ["string", "null"] },
        one: { anyOf: [{ type: "string" }, { type: "number" }] },
      },
    }),
  ).toEqual([
    "0 many: string or null?",
    "0 one: string or number?",
    "0 at: object",
    "1 at.x: number",
  ]);
});

test("a schema that refers to itself ends, and says so", () => {
  const { rows, isCut } = schemaRows({
    type: "object",
    properties: { child: { $ref: "#" } },
  });
  expect(rows).toHaveLength(6);
  expect(isCut).toBe(true);
  expect(schemaRows({ $ref: "#" }).rows).toEqual([]);
});

test("what is no schema has no rows", () => {
  for (const schema of [undefined, null, 7, "text", [], {}, { type: "object" }, true])
    expect(schemaRows(schema).rows).toEqual([]);
});

test("a value that is no object is one row", () => {
  expect(brief({ type: "array", items: { type: "string" } })).toEqual(["0 (value): string[]"]);
});

test("very many parameters are cut", () => {
  const properties = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`p${n}`, {}]));
  const { rows, isCut } = schemaRows({ properties });
  expect(rows).toHaveLength(300);
  expect(isCut).toBe(true);
});

test("no two rows have the same path, whatever the names are", () => {
  const { rows } = schemaRows({
    properties: { "a.b": {}, a: { properties: { b: {} } }, "": {}, "x y": { enum: [1, 1] } },
  });
  expect(rows.map(({ path }) => path)).toEqual(['["a.b"]', "a", "a.b", '[""]', '["x y"]']);
  expect(rows.at(-1)?.values).toEqual(["1"]);
});
