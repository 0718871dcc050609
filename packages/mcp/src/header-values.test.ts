import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeHeaderValue,
  encodeHeaderValue,
  headerMismatch,
  headerParameters,
  headersForArguments,
} from "./header-values.js";

describe("a text as a header value", () => {
  test("is legal in HTTP and reads back as what it was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (value) => {
        const encoded = encodeHeaderValue(value);
        expect(encoded).toMatch(/^[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?$/);
        expect(decodeHeaderValue(encoded)).toBe(value);
      }),
    );
  });

  test("stays as it is when it may, and is encoded when it looks encoded already", () => {
    expect(encodeHeaderValue("plain text")).toBe("plain text");
    expect(encodeHeaderValue(" padded")).toMatch(/^=\?base64\?/);
    const alike = encodeHeaderValue("=?base64?YQ==?=");
    expect(alike).not.toBe("=?base64?YQ==?=");
    expect(decodeHeaderValue(alike)).toBe("=?base64?YQ==?=");
  });

  test("is none with illegal characters or broken base64", () => {
    expect(decodeHeaderValue("ü")).toBeUndefined();
    expect(decodeHeaderValue("a\u0000b")).toBeUndefined();
    expect(decodeHeaderValue("=?base64?Y?=")).toBeUndefined();
  });
});

describe("arguments that travel in headers", () => {
  const schema = {
    type: "object",
    properties: {
      region: { type: "string", "x-mcp-header": "Region" },
      inner: { type: "object", properties: { size: { type: "integer", "x-mcp-header": "Size" } } },
      plain: { type: "string" },
    },
  };
  const parameters = headerParameters(schema) ?? [];

  test("are found by their path, and sent under their names", () => {
    expect(parameters.map(({ header, path }) => [header, path])).toEqual([
      ["mcp-param-region", ["region"]],
      ["mcp-param-size", ["inner", "size"]],
    ]);
    const given = { region: "Zürich", inner: { size: 7 }, plain: "x" };
    const headers = headersForArguments(parameters, given, undefined);
    expect(Object.keys(headers)).toEqual(["mcp-param-region", "mcp-param-size"]);
    expect(headerMismatch(parameters, given, headers)).toBeUndefined();
  });

  test("must agree with the body, be there when it has them, and be away when it has not", () => {
    const given = { region: "eu", inner: { size: 7 } };
    const good = { "mcp-param-region": "eu", "mcp-param-size": "7.0" };
    expect(headerMismatch(parameters, given, good)).toBeUndefined();
    expect(headerMismatch(parameters, given, { ...good, "mcp-param-size": "8" })).toBeDefined();
    expect(headerMismatch(parameters, given, { "mcp-param-region": "eu" })).toContain("missing");
    expect(headerMismatch(parameters, { region: "eu" }, good)).toContain("no value");
    expect(headerMismatch(parameters, given, { ...good, "mcp-param-region": "ü" })).toBeDefined();
  });

  test("a declaration that breaks the rules makes the tool one that must not be offered", () => {
    const one = (property: object) => ({ type: "object", properties: { a: property } });
    for (const bad of [
      one({ type: "string", "x-mcp-header": "" }),
      one({ type: "string", "x-mcp-header": "has space" }),
      one({ type: "number", "x-mcp-header": "A" }),
      one({ type: "array", items: { type: "string", "x-mcp-header": "A" } }),
      {
        type: "object",
        properties: {
          a: { type: "string", "x-mcp-header": "Same" },
          b: { type: "string", "x-mcp-header": "same" },
        },
      },
    ])
      expect(headerParameters(bad), JSON.stringify(bad)).toBeUndefined();
    expect(headerParameters(one({ default: { "x-mcp-header": "data" } }))).toEqual([]);
    expect(headerParameters(undefined)).toEqual([]);
  });
});
