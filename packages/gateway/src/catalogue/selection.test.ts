import { describe, expect, test } from "vitest";
import { parseSelection } from "./selection.js";

const parse = (query: string, isFromHub = false) =>
  parseSelection(new URLSearchParams(query), isFromHub);

function selection(query: string, isFromHub = false) {
  const parsed = parse(query, isFromHub);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return parsed;
}

describe("the query of an endpoint", () => {
  test("selects everything by default, with prefixes and the hub's own tools", () => {
    expect(selection("")).toMatchObject({ prefix: "always", mode: "all", hubTools: true });
    expect(selection("").servers).toBeUndefined();
  });

  test("means the same in any order, and so has the same key", () => {
    expect(selection("servers=b,a&tags=x,y").key).toBe(selection("tags=y,x&servers=a,,%20b").key);
    expect(selection("servers=a").key).not.toBe(selection("tags=a").key);
    expect(selection("prefix=never").key).not.toBe(selection("").key);
  });

  test("in search mode always offers the hub's tools; another hub is offered none", () => {
    expect(selection("mode=search&hub=off").hubTools).toBe(true);
    expect(selection("hub=off").hubTools).toBe(false);
    expect(selection("", true)).toMatchObject({ hubTools: false, directOnly: true });
  });

  test("that is misspelt says what there is", () => {
    for (const query of ["server=a", "prefix=maybe", "mode=none", "hub=yes"])
      expect(parse(query), query).toHaveProperty(
        "problem",
        expect.stringMatching(/must|parameter/),
      );
  });
});
