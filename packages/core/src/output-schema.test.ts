import { expect, test } from "vitest";
import type { JsonObject } from "./json.js";
import { isCompilable } from "./output-schema.js";

const object = (more: JsonObject): JsonObject => ({ type: "object", ...more });
const many = (count: number, of: (at: number) => JsonObject) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`p${at}`, of(at)]));

test("schemas in use can be compiled, and those that refer to themselves", () => {
  for (const schema of [
    object({ properties: { child: { $ref: "#" } } }),
    object({ $defs: { node: { type: "object", properties: { next: { $ref: "#/$defs/node" } } } } }),
    object({
      properties: { a: { $ref: "#/$defs/a" } },
      $defs: { a: { $ref: "#/$defs/b" }, b: { type: "string" } },
    }),
    object({ properties: many(400, () => ({ type: "string", pattern: "^a+$" })) }),
    object({ "x-hint": { order: [1, { deep: true }] }, examples: [{ $id: "an example's own" }] }),
  ])
    expect(isCompilable(schema), JSON.stringify(schema).slice(0, 100)).toBe(true);
});

test("what some validator cannot compile, or not soon, is none", () => {
  const chain = Object.fromEntries(
    Array.from({ length: 5_000 }, (_, at) => [`a${at}`, { $ref: `#/$defs/a${at + 1}` }]),
  );
  const deep = (levels: number): JsonObject =>
    levels === 0 ? { type: "string" } : { type: "array", items: deep(levels - 1) };
  for (const schema of [
    object({ $defs: { a: { $ref: "#/$defs/a" } } }),
    object({ $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } }),
    object({ $ref: "#" }),
    object({ properties: { a: { $ref: "#/$defs/a0" } }, $defs: chain }),
    object({ properties: many(10_000, () => ({ type: "string" })) }),
    object({ properties: many(300, (at) => ({ $ref: `#/properties/p${(at + 1) % 300}` })) }),
    object({ properties: { a: deep(500) } }),
    object({ "x-foo": { $anchor: "!!" } }),
    object({ properties: { a: { "x-foo": [{ $id: "twice" }] } } }),
    object({ properties: { a: { minimum: Number.POSITIVE_INFINITY } } }),
  ])
    expect(isCompilable(schema), JSON.stringify(schema).slice(0, 100)).toBe(false);
});
