import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withMeta } from "./written-meta.js";

const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

describe("other members in the `_meta` of a message", () => {
  test("what is there is replaced, what is undefined removed, and the rest is as it was written", () => {
    const text =
      '{"jsonrpc": "2.0", "id": 1.0, "method": "tools/call", "params": {"arguments": {"_meta": {"traceparent": "mine"}, "n": 1e400}, "_meta": { "progressToken" : 1.10, "traceparent":"old", "tracestate" : "a=1"}, "name": "echo"}}';
    expect(withMeta(text, { traceparent: parent, tracestate: undefined })).toBe(
      `{"jsonrpc": "2.0", "id": 1.0, "method": "tools/call", "params": {"arguments": {"_meta": {"traceparent": "mine"}, "n": 1e400}, "_meta": {"progressToken" : 1.10,"traceparent":"${parent}"}, "name": "echo"}}`,
    );
  });

  test("members that are spelled with escapes are the same members", () => {
    const text = '{"p\\u0061rams":{"\\u005fmeta":{"tr\\u0061ceparent":"old","own":1}}}';
    expect(withMeta(text, { traceparent: parent })).toBe(
      `{"p\\u0061rams":{"\\u005fmeta":{"own":1,"traceparent":"${parent}"}}}`,
    );
  });

  test("a message without `_meta`, without params or with empty ones gets them", () => {
    expect(withMeta('{"method":"a","params":{"name":"b"}}', { x: "1" })).toBe(
      '{"method":"a","params":{"_meta":{"x":"1"},"name":"b"}}',
    );
    expect(withMeta('{"method":"a","params":{ }}', { x: "1" })).toBe(
      '{"method":"a","params":{"_meta":{"x":"1"} }}',
    );
    expect(withMeta(' {"method":"a"}', { x: "1" })).toBe(
      ' {"params":{"_meta":{"x":"1"}},"method":"a"}',
    );
  });

  test("what is no object stays as it is, and so does all where nothing is to change", () => {
    for (const text of [
      '{"method":"a","params":[{"_meta":{"x":"0"}}]}',
      '{"method":"a","params":{"_meta":7}}',
      '{"method":"a","params":"_meta"}',
    ])
      expect(withMeta(text, { x: "1" })).toBe(text);
    expect(withMeta('{"method":"a"}', { x: undefined })).toBe('{"method":"a"}');
  });

  test("any message parses to what it was with these members", () => {
    const values = fc.jsonValue();
    const metas = fc.dictionary(
      fc.oneof(fc.constantFrom("traceparent", "tracestate", "progressToken"), fc.string()),
      values,
    );
    fc.assert(
      fc.property(
        fc.record({ arguments: values, name: fc.string(), _meta: metas }, { requiredKeys: [] }),
        fc.option(fc.string(), { nil: undefined }),
        fc.constantFrom(undefined, 1, "\t"),
        (params, tracestate, indent) => {
          // Once there and back: -0 is 0 in JSON.
          const message = JSON.parse(JSON.stringify({ jsonrpc: "2.0", method: "m", params }));
          const text = JSON.stringify(message, undefined, indent);
          const expected = {
            ...message,
            params: {
              ...message.params,
              _meta: { ...message.params._meta, traceparent: parent, tracestate },
            },
          };
          if (tracestate === undefined) delete expected.params._meta.tracestate;
          const written = withMeta(text, { traceparent: parent, tracestate });
          expect(JSON.parse(written)).toEqual(expected);
        },
      ),
    );
  });
});
