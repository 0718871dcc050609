import fc from "fast-check";
import { expect, test } from "vitest";
import { callOf, streamIdOf } from "./broken-stream.js";

test("the id of a stream tells its call, whatever that is called", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.maxSafeInteger()), (call) => {
      const id = streamIdOf(call);
      if (id === undefined) return;
      // It goes out in an event and comes back in a header.
      expect(id).toMatch(/^:[\w-]+$/);
      expect(callOf(id)).toBe(call);
    }),
  );
});

test("any other id tells of no call", () => {
  fc.assert(fc.property(fc.string(), (server) => callOf(`a${server}:1`) === undefined));
  for (const id of ["", ":", ":!", ":e30", ":bnVsbA", ":WzFd"]) expect(callOf(id)).toBeUndefined();
});

test("a call whose name fits no header has no stream to come back to", () => {
  expect(streamIdOf("x".repeat(1_000))).toBeUndefined();
});
