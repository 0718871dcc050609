import { describe, expect, test } from "vitest";
import type { Schema } from "./schema.js";
import { withoutSecrets } from "./secrets.js";

test("secrets are left out of what is kept", () => {
  const schema = {
    type: "object",
    properties: {
      user: { type: "string" },
      logins: {
        type: "array",
        items: {
          type: "object",
          properties: { pass: { type: "string", format: "password" }, at: {} },
        },
      },
    },
  };
  const value = { user: "u", logins: [{ pass: "p", at: 1 }], more: 2 };
  expect(withoutSecrets(schema, schema, value)).toEqual({
    user: "u",
    logins: [{ at: 1 }],
    more: 2,
  });
});

describe("secrets that are hard to find are not kept either", () => {
  const secret = { type: "string", format: "password" };
  const object = (rest: Schema): Schema => ({ type: "object", ...rest });
  const kept = (schema: Schema, value: unknown) =>
    JSON.stringify(withoutSecrets(schema, schema, value)) ?? "";

  test("very deep in a value", () => {
    let schema: Schema = object({ properties: { pass: secret } });
    let value: unknown = { pass: "hidden" };
    for (let depth = 0; depth < 60; depth += 1) {
      schema = object({ properties: { in: schema } });
      value = { in: value };
      expect(kept(schema, value)).not.toContain("hidden");
    }
    const own = object({ properties: { next: { $ref: "#" }, pass: secret, at: {} } });
    expect(kept(own, { next: { next: { pass: "hidden", at: 1 } } })).toBe(
      '{"next":{"next":{"at":1}}}',
    );
  });

  test("in what a form shows as JSON", () => {
    const inner = object({ properties: { pass: secret } });
    const value = { a: "hidden", b: { pass: "hidden" } };
    for (const schema of [
      object({ additionalProperties: secret }),
      object({ patternProperties: { "^a": secret } }),
      object({
        properties: { c: {} },
        additionalProperties: inner,
        patternProperties: { a: secret },
      }),
      object({ if: {}, else: { properties: { a: secret, b: inner } } }),
      { $ref: "https://example.org/schema" },
      { $ref: "#/$defs/none" },
    ])
      expect(kept(schema, value)).not.toContain("hidden");
    for (const rest of [{ prefixItems: [secret] }, { items: [secret] }, { contains: secret }])
      expect(kept({ type: "array", ...rest }, ["hidden"])).not.toContain("hidden");
  });

  test("in any of many forms, and in those of both kinds", () => {
    const plain = Array.from({ length: 30 }, (_, at) =>
      object({ properties: { [`a${at}`]: { type: "string" } } }),
    );
    const last = object({ properties: { pass: secret } });
    const value = { pass: "hidden", a1: "x" };
    expect(kept({ oneOf: [...plain, last] }, value)).toBe('{"a1":"x"}');
    expect(kept({ oneOf: plain, anyOf: [last] }, value)).toBe('{"a1":"x"}');
    const twice = object({ allOf: [last, { properties: { pass: { type: "string" } } }] });
    expect(kept(twice, value)).toBe('{"a1":"x"}');
  });

  test("in a value of another kind than the schema asks for", () => {
    const one = object({ properties: { pass: secret } });
    const several: Schema = { type: "array", items: one };
    const schema = object({ properties: { one, several } });
    expect(kept(schema, { one: '{"pass":"hidden"}', several: { pass: "hidden" } })).toBe("{}");
    expect(kept(schema, { one: [{ pass: "hidden" }], several: null })).toBe('{"several":null}');
  });

  test("and what surely holds none is kept as it is", () => {
    const schema = object({
      $defs: { unused: secret },
      properties: { format: { type: "string" }, list: { type: "array", items: {} }, pass: secret },
    });
    const value = { format: "password", list: [[["x"]]], more: { y: 1 } };
    expect(withoutSecrets(schema, schema, { ...value, pass: "hidden" })).toEqual(value);
  });

  test("in no time, even where forms hold themselves a hundred times", () => {
    const many = Array.from({ length: 100 }, () => ({ properties: { a: { $ref: "#" } } }));
    const schema = { anyOf: [...many, { properties: { pass: secret } }] };
    let value: unknown = { pass: "hidden" };
    for (let depth = 0; depth < 12; depth += 1) value = { a: value };
    const began = performance.now();
    expect(kept(schema, value)).not.toContain("hidden");
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
