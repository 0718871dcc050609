import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withNameInText } from "./name-in-text.js";

describe("another name in a JSON-RPC text", () => {
  test("everything else stays as it was written, also what JavaScript would round", () => {
    const text =
      '{ "params":{"arguments":{"name":"a__b","big":12345678901234567890},"name" : "a__b"},"id":1.0}';
    expect(withNameInText(text, "a__b", "b")).toBe(
      '{ "params":{"arguments":{"name":"a__b","big":12345678901234567890},"name" : "b"},"id":1.0}',
    );
  });

  test("of two names the last one counts, as for JSON.parse", () => {
    expect(withNameInText('{"params":{"name":"x","name":"a"}}', "a", "b")).toBe(
      '{"params":{"name":"x","name":"b"}}',
    );
    expect(withNameInText('{"params":{"name":"a"},"params":{"name":"c"}}', "c", "b")).toBe(
      '{"params":{"name":"a"},"params":{"name":"b"}}',
    );
  });

  test("what cannot be told by looking is left to whoever parses", () => {
    for (const text of [
      '{"params":{"n\\u0061me":"a"}}',
      '{"params":{"name":"\\u0061"}}',
      '{"par\\u0061ms":{"name":"a"}}',
      '{"params":{"name":["a"]}}',
      '{"params":[{"name":"a"}]}',
      '{"other":{"name":"a"}}',
      '{"params":{"name":"ab"}}',
    ])
      expect(withNameInText(text, "a", "b")).toBeUndefined();
  });

  test("it means what parsing, changing and writing would mean", () => {
    const params = fc
      .dictionary(
        fc.oneof(fc.constantFrom("name", "arguments", "_meta", "params"), fc.string()),
        fc.jsonValue(),
      )
      .filter((one) => !Object.hasOwn(one, "__proto__"));
    const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/);
    fc.assert(
      fc.property(
        params,
        name,
        fc.string(),
        fc.constantFrom(undefined, 1, "\t"),
        fc.dictionary(fc.constantFrom("id", "name", "a"), fc.jsonValue()),
        (rest, from, to, space, around) => {
          const message = { ...around, params: { ...rest, name: from }, jsonrpc: "2.0" };
          const changed = withNameInText(JSON.stringify(message, null, space), from, to);
          const wanted = { ...message, params: { ...message.params, name: to } };
          const keys = [...Object.keys(message), ...Object.keys(message.params)];
          // Keys that JSON writes with escapes are the only ones that may be given up on.
          if (changed === undefined)
            expect(keys.some((key) => JSON.stringify(key).includes("\\"))).toBe(true);
          else expect(JSON.parse(changed)).toEqual(JSON.parse(JSON.stringify(wanted)));
        },
      ),
      { numRuns: Number(process.env.HUB_PROPERTY_RUNS ?? 1_000) },
    );
  });
});
