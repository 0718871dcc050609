import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memberAt, memberText, textWithArguments } from "./written-json.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 500);

const space = fc.constantFrom("", " ", "\n\t");
const name = fc.oneof(fc.constantFrom("arguments", "name", "a"), fc.string());
/** Values as somebody else's program writes them. */
const value = fc.oneof(
  fc.constantFrom("1.0", "-0", "12345678901234567890", "1e400", '"\\"}"', '"\\\\"', "[]", "{}"),
  fc
    .tuple(fc.jsonValue(), fc.constantFrom(0, 2))
    .map(([json, indent]) => JSON.stringify(json, null, indent)),
);
const members = fc.array(fc.tuple(name, value, space), { maxLength: 6 });

const written = (list: readonly (readonly [string, string, string])[]) =>
  `{${list.map(([key, one, gap]) => `${gap}${JSON.stringify(key)}${gap}:${gap}${one}${gap}`).join(",")}}`;

describe("a member of a JSON text", () => {
  test("is found as it is written, the last one of its name", () => {
    fc.assert(
      fc.property(members, name, (list, sought) => {
        const expected = list.findLast(([key]) => key === sought)?.[1];
        expect(memberText(written(list), sought)).toBe(expected);
        expect(memberAt(written([["outer", written(list), ""]]), ["outer", sought])).toBe(expected);
      }),
      { numRuns },
    );
  });

  test("is found where its name is written with escapes", () => {
    expect(memberText('{"argum\\u0065nts":1.0}', "arguments")).toBe("1.0");
  });

  test("of something deeper is none", () => {
    expect(memberText('{"a":{"b":1},"c":[{"b":2}]}', "b")).toBeUndefined();
    expect(memberAt('{"a":[{"b":2}]}', ["a", "b"])).toBeUndefined();
  });
});

test("a request is written with its arguments as they are written, whatever they hold", () => {
  fc.assert(
    fc.property(members, (list) => {
      const given = written(list);
      const message = {
        jsonrpc: "2.0" as const,
        id: 1,
        method: "tools/call",
        params: { name: "$&", arguments: {} },
      };
      const text = textWithArguments(message, given);
      expect(memberAt(text, ["params", "arguments"])).toBe(given);
      expect(JSON.parse(text)).toEqual({
        ...message,
        params: { name: "$&", arguments: JSON.parse(given) },
      });
    }),
    { numRuns },
  );
});
