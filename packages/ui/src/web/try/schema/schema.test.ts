import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { brokenAt } from "./broken-at.js";
import {
  instantFromLocal,
  jsonFromText,
  localFromInstant,
  numberFromText,
  readJson,
  textFromNumber,
} from "./coerce.js";
import { isReadable, sentOf, Unreadable, withField } from "./draft.js";
import { initialValue } from "./initial.js";
import { kindOf, shown } from "./kind.js";
import { problemsOf, variantOf } from "./problems.js";
import { resolve } from "./resolve.js";
import type { Schema } from "./schema.js";
import { withoutSecrets } from "./secrets.js";

const kind = (schema: Schema, isRequired = true) =>
  kindOf(shown(schema, schema, isRequired), schema).is;
const paths = (schema: Schema, value: unknown) =>
  problemsOf(schema, schema, value).map(({ path }) => path);

/** Also what cannot be sent, such as a number too large for JavaScript. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("references", () => {
  const root = {
    $defs: { "a/b": { type: "string", minLength: 2 }, loop: { $ref: "#/$defs/loop" } },
  };

  test("point into the document, with the escapes of a JSON pointer", () => {
    expect(resolve({ $ref: "#/$defs/a~1b", title: "T" }, root)).toEqual({
      type: "string",
      minLength: 2,
      title: "T",
    });
  });

  test("that go in circles, elsewhere or nowhere end in a schema for anything", () => {
    for (const $ref of ["#/$defs/loop", "https://example.org/x", "#/none", "#/%", "#/__proto__"])
      expect(resolve({ $ref }, root)).toEqual({});
  });

  test("and allOf are joined", () => {
    const all = {
      allOf: [{ properties: { a: {} }, required: ["a"] }],
      properties: { b: {} },
      required: ["b"],
    };
    expect(resolve(all, all)).toEqual({ properties: { a: {}, b: {} }, required: ["a", "b"] });
  });
});

describe("the kind of a field", () => {
  test("an optional text that may be null is a text, a required one is a choice", () => {
    expect(kind({ type: ["string", "null"] }, false)).toBe("text");
    expect(kind({ type: ["string", "null"] }, true)).toBe("union");
    expect(kind({ anyOf: [{ type: "integer" }, { type: "null" }], default: null }, false)).toBe(
      "number",
    );
  });

  test("constants with titles are a choice, and a list of them several choices", () => {
    const oneOf = [
      { const: 1, title: "One" },
      { const: 2, title: "Two" },
    ];
    expect(kind({ oneOf })).toBe("choice");
    expect(kind({ type: "array", items: { anyOf: oneOf } })).toBe("choices");
  });

  test("rules about which fields go together are no choice of forms", () => {
    expect(kind({ type: "object", properties: { a: {} }, anyOf: [{ required: ["a"] }] })).toBe(
      "object",
    );
  });

  test("what no control fits is JSON", () => {
    for (const schema of [{}, { type: "object" }, { type: "array" }, { type: "odd" }])
      expect(kind(schema)).toBe("json");
  });
});

describe("what stands in a form at first", () => {
  test("are defaults and the required objects around them; the rest is not sent", () => {
    const schema = {
      type: "object",
      properties: {
        city: { type: "string", default: "Oslo" },
        days: { type: "integer" },
        exact: { type: "boolean" },
        inner: { type: "object", properties: { unit: { default: "c" } } },
      },
      required: ["exact", "inner"],
    };
    expect(initialValue(schema, schema, true)).toEqual({
      city: "Oslo",
      exact: false,
      inner: { unit: "c" },
    });
  });

  test("a schema that holds itself ends", () => {
    const schema = { type: "object", properties: { next: { $ref: "#" } }, required: ["next"] };
    expect(JSON.stringify(initialValue(schema, schema, true)).length).toBeLessThan(200);
  });
});

// Followed as often as they name themselves, they would never end.
test("schemas that hold themselves in every way come to an end", () => {
  const self = { $ref: "#" };
  const many = Array.from({ length: 100 }, () => self);
  const schemas: Schema[] = [
    { anyOf: [self, { type: "null" }] },
    { anyOf: many },
    { oneOf: [...many, { type: "object", properties: { a: self }, required: ["a"] }] },
    { allOf: many },
    { type: "array", items: self, default: [[[]]] },
    { type: ["object", "array", "null"], properties: { a: self }, items: self },
  ];
  for (const schema of schemas)
    for (const isRequired of [true, false]) {
      const value = initialValue(schema, schema, isRequired) ?? { a: { a: [1] } };
      problemsOf(schema, schema, value, isRequired);
      withoutSecrets(schema, schema, value);
    }
});

describe("problems", () => {
  test("stand at the field they belong to", () => {
    const schema = {
      type: "object",
      properties: {
        name: { type: "string", pattern: "^[a-z]+$" },
        age: { type: "integer", minimum: 0, maximum: 9 },
        tags: { type: "array", items: { enum: ["a", "b"] }, minItems: 1 },
        "a/b": { type: "object", properties: { x: { type: "number" } }, required: ["x"] },
      },
      required: ["name", "a/b"],
    };
    expect(paths(schema, {})).toEqual(["/name", "/a~1b"]);
    expect(paths(schema, { name: "A", age: 10, tags: [], "a/b": {} })).toEqual([
      "/name",
      "/age",
      "/tags",
      "/a~1b/x",
    ]);
    expect(paths(schema, { name: "a", age: "1e", tags: ["c"], "a/b": { x: 1 } })).toEqual([
      "/age",
      "/tags",
    ]);
    expect(paths(schema, { name: "a", age: 1, tags: ["a"], "a/b": { x: 1 } })).toEqual([]);
  });

  test("a pattern that could run for ever is left to the server", () => {
    const schema = { type: "string", pattern: "^(a+)+$" };
    expect(problemsOf(schema, schema, `${"a".repeat(40)}!`)).toEqual([]);
  });

  test("of a union are those of the form that fits best", () => {
    const variants = [
      {
        type: "object",
        properties: { kind: { const: "a" }, size: { type: "number" } },
        required: ["kind", "size"],
      },
      { type: "object", properties: { kind: { const: "b" } }, required: ["kind"] },
    ];
    expect(variantOf(variants, {}, { kind: "b" })).toBe(1);
    expect(paths({ oneOf: variants }, { kind: "a", size: "big" })).toEqual(["/size"]);
  });

  test("a field of JSON that cannot be read keeps its text", () => {
    const draft = { filter: new Unreadable('{"a":') };
    expect(paths({ type: "object", properties: { filter: {} } }, draft)).toEqual(["/filter"]);
    expect(sentOf(draft)).toEqual({ filter: '{"a":' });
  });
});

describe("what is typed", () => {
  test("a number stays as it was typed until it is one that can be kept exactly", () => {
    expect(
      ["", "1.5", "-2e3", ".5", "1e", "0x10", "12345678901234567890", "one"].map(numberFromText),
    ).toEqual([undefined, 1.5, -2000, 0.5, "1e", "0x10", "12345678901234567890", "one"]);
  });

  test("JSON with a number that would arrive as another is refused, and says where", () => {
    for (const numeral of ["12345678901234567890", "-9007199254740993", "1e400", "1e-400"]) {
      const text = `{\n  "1e400": [1, ${numeral}]}`;
      expect(readJson(text)).toEqual({
        isRead: false,
        problem: `The number ${numeral} at line 2, column 16 cannot be sent exactly: another number would arrive.`,
      });
      const filter = jsonFromText(text);
      expect(filter).toBeInstanceOf(Unreadable);
      expect(isReadable({ list: [{ filter }] })).toBe(false);
      const schema = { properties: { filter: {}, count: { type: "number" } } };
      expect(paths(schema, { filter })).toEqual(["/filter"]);
      expect(problemsOf(schema, schema, { count: numeral })[0]?.message).toContain("exactly");
    }
  });

  test("JSON with numbers that arrive is sent, however they are written", () => {
    for (const numeral of [
      "0",
      "-0.0",
      "1e22",
      "1.50E+1",
      "0.1",
      "3.14159265358979323846",
      "1e308",
    ])
      expect(readJson(`["1e400\\"", ${numeral}]`)).toEqual({
        isRead: true,
        value: ['1e400"', Number(numeral)],
      });
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 69n), max: 2n ** 69n }), (whole) => {
        const isSame = JSON.stringify(Number(whole)) === String(whole);
        return readJson(String(whole)).isRead === isSame;
      }),
    );
  });

  test("any number that is shown reads back as itself", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const read = numberFromText(textFromNumber(value));
        return typeof read === "string"
          ? read === JSON.stringify(value)
          : Object.is(read, value + 0);
      }),
    );
  });

  test("a date and time reads back as it was typed, in any year and at any place", () => {
    const before = process.env.TZ;
    try {
      for (const TZ of ["UTC", "Europe/Amsterdam", "America/New_York", "Asia/Kathmandu"]) {
        process.env.TZ = TZ;
        for (const typed of ["0002-03-04T05:06:07", "0999-12-31T23:59:59", "1900-01-01T00:00:00"])
          expect(localFromInstant(instantFromLocal(typed) ?? "")).toBe(typed);
        expect(localFromInstant(instantFromLocal("12026-07-28T12:00") ?? "no")).toBeUndefined();
      }
    } finally {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    }
  });

  test("broken JSON says where it breaks", () => {
    const read = readJson('{\n  "a": 1,\n  b\n}');
    expect(read).toMatchObject({
      isRead: false,
      problem: expect.stringContaining("line 3, column 3"),
    });
    expect(readJson('{"a": [1,')).toMatchObject({
      problem: expect.stringContaining("line 1, column 10"),
    });
  });

  test("the place where JSON breaks is one that everything before leads up to", () => {
    const broken = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom("}", "]", ",", "x", '"', "-"))
      .map(
        ([json, at, sign]) => json.slice(0, at % json.length) + sign + json.slice(at % json.length),
      );
    fc.assert(
      fc.property(broken, (text) => {
        const at = brokenAt(text);
        return isJson(text) ? at === undefined : at !== undefined && at <= text.length;
      }),
    );
  });

  test("whatever a form holds, raw JSON gives back the same", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (values) => {
        const sent = sentOf(values);
        const read = readJson(JSON.stringify(sent, null, 2));
        expect(read).toEqual({ isRead: true, value: sent });
      }),
    );
  });

  test("fields that were emptied are not sent, whatever they are called", () => {
    const draft = withField(withField({ a: 1 }, "__proto__", "x"), "a", undefined);
    expect(JSON.stringify(sentOf(draft))).toBe('{"__proto__":"x"}');
  });
});
