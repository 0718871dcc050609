import { editSchema } from "@hub/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { changeOf, draftOf } from "./edit-draft.js";

const empty = draftOf({});

test("what nobody touched is left out, and what was emptied is taken back", () => {
  const edits = {
    title: "Better",
    tags: ["a", "b"],
    hidden: true,
    callTimeoutMs: 5_000,
    toolTimeoutsMs: { slow: 300_000, "a = b": 200 },
  };
  const draft = draftOf({ edits });
  expect(changeOf(draft, draft)).toEqual({});
  expect(
    changeOf(draft, { ...draft, title: " ", tags: "", hidden: false, callTimeoutMs: "" }),
  ).toEqual({ title: null, tags: null, hidden: null, callTimeoutMs: null });
  expect(changeOf(draft, { ...draft, tags: "b,, c ", maxInFlight: "3" })).toEqual({
    tags: ["b", "c"],
    maxInFlight: 3,
  });
});

test("a tool that is no longer named is taken back, and one in another order is none", () => {
  const draft = draftOf({ edits: { toolTimeoutsMs: { "a = b": 200, slow: 300_000 } } });
  expect(draft.toolTimeoutsMs).toBe("a = b = 200\nslow = 300000");
  expect(changeOf(draft, { ...draft, toolTimeoutsMs: "\nslow=400000\n" })).toEqual({
    toolTimeoutsMs: { "a = b": null, slow: 400_000 },
  });
  expect(changeOf(draft, { ...draft, toolTimeoutsMs: "" })).toEqual({ toolTimeoutsMs: null });
});

test("what is no number is sent as it was typed, so that the hub says what is wrong", () => {
  for (const text of ["soon", "1.5", "-3", "1e3", "5 s"]) {
    const change = changeOf(empty, {
      ...empty,
      callTimeoutMs: text,
      toolTimeoutsMs: `x = ${text}`,
    });
    expect(change).toEqual({ callTimeoutMs: text, toolTimeoutsMs: { x: text } });
    expect(editSchema.safeParse(change).success).toBe(false);
  }
  const nameless = changeOf(empty, { ...empty, toolTimeoutsMs: "just a name" });
  expect(editSchema.safeParse(nameless).success).toBe(false);
});

test("a draft says all that the hub says of it", () => {
  const line = fc.stringMatching(/^[a-z][a-z ]{0,10}[a-z]$/);
  const edits = fc.record(
    {
      title: line,
      description: line,
      tags: fc.uniqueArray(line, { minLength: 1, maxLength: 4 }),
      onCall: line,
      hidden: fc.constant(true),
      callTimeoutMs: fc.integer({ min: 100, max: 900_000 }),
      toolTimeoutsMs: fc.dictionary(
        fc.stringMatching(/^[a-z=_]{1,12}$/),
        fc.integer({ min: 100, max: 900_000 }),
        { minKeys: 1, maxKeys: 4 },
      ),
      maxInFlight: fc.integer({ min: 1, max: 32 }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(edits, (said) => {
      expect(changeOf(empty, draftOf({ edits: said }))).toEqual(said);
    }),
  );
});
