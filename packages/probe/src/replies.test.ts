import type { JsonValue } from "@hub/core/json";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JsonRefused, parseGuarded, printable } from "./guarded-json.js";
import { replyTo } from "./mcp-protocol.js";

/** Any there is, half a surrogate pair too. The table of fast-check's own "binary" takes a second to make. */
const codePoint = fc.integer({ min: 0, max: 0x10ffff }).map((one) => String.fromCodePoint(one));

const result = { tools: [] };
const json = fc.jsonValue().map((value): JsonValue => JSON.parse(JSON.stringify(value)));

describe("the reply to a request", () => {
  test("has its id, as a number or as the text of it", () => {
    expect(replyTo(7, { jsonrpc: "2.0", id: 7, result })).toEqual({ kind: "result", result });
    expect(replyTo(7, { jsonrpc: "2.0", id: "7", result })).toEqual({ kind: "result", result });
    for (const id of [8, "8", "07", "7.0", null, true, [7]])
      expect(replyTo(7, { jsonrpc: "2.0", id, result })).toBeUndefined();
    expect(replyTo(7, { jsonrpc: "2.0", result })).toBeUndefined();
  });

  test("may be an error without an id, of a server that could not read the request", () => {
    const error = { code: -32700, message: "Parse error" };
    expect(replyTo(7, { jsonrpc: "2.0", id: null, error })).toEqual({
      kind: "error",
      code: -32700,
    });
    expect(replyTo(7, { jsonrpc: "2.0", error })).toEqual({ kind: "error", code: -32700 });
    expect(replyTo(7, { jsonrpc: "2.0", id: 8, error })).toBeUndefined();
  });

  test("is one of a batch", () => {
    const other = { jsonrpc: "2.0", id: 8, result: {} };
    const asking = { jsonrpc: "2.0", id: 7, method: "roots/list" };
    expect(replyTo(7, [other, asking, { jsonrpc: "2.0", id: 7, result }])).toEqual({
      kind: "result",
      result,
    });
    expect(replyTo(7, [other, asking, []])).toBeUndefined();
    expect(replyTo(7, [[{ jsonrpc: "2.0", id: 7, result }]])).toBeUndefined();
  });

  test("is nothing that asks or tells, whatever else it holds", () => {
    expect(replyTo(7, { jsonrpc: "2.0", id: 7, method: "ping", result })).toBeUndefined();
  });

  test("is nothing of another protocol", () => {
    expect(replyTo(7, { jsonrpc: "1.0", id: 7, result })).toBeUndefined();
    expect(replyTo(7, { id: 7, result })).toBeUndefined();
    expect(replyTo(7, { jsonrpc: "2.0", id: 7, result: [1] })).toBeUndefined();
    expect(replyTo(7, { jsonrpc: "2.0", id: 7, error: "no" })).toBeUndefined();
    expect(replyTo(7, { jsonrpc: "2.0", id: 7, error: { code: "-1" } })).toBeUndefined();
  });

  test("says which revisions would have been understood, as far as they are texts", () => {
    const supported = ["2025-11-25", 5, null, ...Array.from({ length: 50 }, (_, day) => `v${day}`)];
    const reply = replyTo(1, {
      jsonrpc: "2.0",
      id: 1,
      error: { code: -32022, message: "Unsupported", data: { supported } },
    });
    expect(reply?.kind === "error" && reply.supported).toHaveLength(32);
    expect(reply?.kind === "error" && reply.supported?.[0]).toBe("2025-11-25");
  });

  test("says that a token is wanted, by its code or its words", () => {
    const wants = (code: number, message: string) =>
      replyTo(1, { jsonrpc: "2.0", id: 1, error: { code, message } });
    for (const [code, message] of [
      [401, "no"],
      [-32_401, ""],
      [-32_603, "Unauthorized"],
      [-32_000, "Missing API key"],
      [-32_603, "You must log in first"],
    ] as const)
      expect([code, message, wants(code, message)]).toEqual([
        code,
        message,
        { kind: "error", code, wantsToken: true },
      ]);
    for (const [code, message] of [
      [-32_601, "Unauthorized"],
      [-32_603, "Invalid params"],
      [-32_603, `Unauthorized${" ".repeat(3_000)}`],
    ] as const)
      expect(wants(code, message)).toEqual({ kind: "error", code });
  });

  test("is read from whatever a server may send without a surprise", () => {
    const member = fc.constantFrom("jsonrpc", "id", "result", "error", "method", "code", "data");
    const message = fc.dictionary(member, fc.oneof(json, fc.constant("2.0"), fc.constant(1)));
    fc.assert(
      fc.property(fc.oneof(json, message, fc.array(message)), (value) => {
        const reply = replyTo(1, value as JsonValue); // made of JSON alone
        if (reply !== undefined) expect(["result", "error"]).toContain(reply.kind);
      }),
    );
  });
});

describe("JSON of a stranger", () => {
  test("is what JSON.parse makes of it, within the limits", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(parseGuarded(JSON.stringify(value))).toEqual(value);
      }),
    );
  });

  test("is refused beyond 64 levels, and before it is built", () => {
    const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
    expect(parseGuarded(nested(64))).toBeDefined();
    expect(() => parseGuarded(nested(65))).toThrow(new JsonRefused("too deep"));
    // Far more than a call stack holds, and without its end.
    expect(() => parseGuarded("[".repeat(1_000_000))).toThrow(new JsonRefused("too deep"));
  });

  test("is refused with more values than it may have", () => {
    const list = (values: number) => JSON.stringify(Array.from({ length: values }, () => 0));
    expect(parseGuarded(list(9), 10)).toHaveLength(9);
    expect(() => parseGuarded(list(30), 10)).toThrow(new JsonRefused("too many values"));
  });

  test("that is none is said to be none", () => {
    for (const text of ["", "{", "undefined", "{'a':1}", "[1,]", '{"a":1}x'])
      expect(() => parseGuarded(text)).toThrow(new JsonRefused("not JSON"));
  });
});

describe("text of a stranger", () => {
  test("is shown in one line, without what cannot be seen", () => {
    expect(printable("a\nb\tc\u202E\u200Bd\u0000e\u2028f", 100)).toBe("abcdef");
    expect(printable("  spaced out  ", 100)).toBe("spaced out");
    expect(printable("\u3164\u115F\u1160\uFFA0", 100)).toBe("");
  });

  test("is never longer than it may be, nor cut within a character", () => {
    fc.assert(
      fc.property(fc.string({ unit: codePoint }), fc.nat(20), (text, longest) => {
        const shown = printable(text, longest);
        expect([...shown].length).toBeLessThanOrEqual(longest);
        expect(shown).not.toMatch(/[\p{C}\n\r]/u);
      }),
    );
    expect(printable("☔".repeat(9), 3)).toBe("☔☔☔");
  });
});
