import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mayMatch } from "./template-match.js";

const fixed = fc.stringMatching(/^[a-z:/.-]{0,8}$/);
const value = fc.stringMatching(/^[a-z:/.-]{1,8}$/);

describe("a URI and a template", () => {
  test("match when the URI is made from the template, whatever stands in it", () => {
    fc.assert(
      fc.property(fixed, fc.array(fc.tuple(value, fixed), { maxLength: 6 }), (start, parts) => {
        const template = start + parts.map(([, after]) => `{name}${after}`).join("");
        const uri = start + parts.map(([inside, after]) => inside + after).join("");
        expect(mayMatch(template, uri)).toBe(true);
      }),
    );
  });

  test("do not match when a fixed part differs or nothing stands for an expression", () => {
    const template = "test://items/{id}/parts/{part}";
    expect(mayMatch(template, "test://items/7/parts/a/b")).toBe(true);
    for (const uri of [
      "test://items//parts/a",
      "test://items/7/parts/",
      "test://items/7/part/a",
      "test://item/7/parts/a",
      "x-test://items/7/parts/a",
      "",
    ])
      expect(mayMatch(template, uri), uri).toBe(false);
    expect(mayMatch("test://a", "test://a")).toBe(true);
    expect(mayMatch("test://a", "test://ab")).toBe(false);
  });

  // Tried in every way, each of these would take longer than the universe is old.
  test("are compared, however nasty the template", () => {
    mayMatch(`${"{a}x".repeat(490)}y`, "x".repeat(100_000));
    mayMatch("{a}".repeat(600), "x".repeat(100_000));
    expect(mayMatch(`${"{a}".repeat(1_000)}`, "x")).toBe(false);
  });
});
