import { expect, test } from "vitest";
import { hintOf } from "./hints.js";

test("a tool that says it changes something is destructive unless it says otherwise", () => {
  const cases = [
    [undefined, "unknown"],
    [{}, "unknown"],
    [{ readOnlyHint: false }, "destructive"],
    [{ readOnlyHint: false, destructiveHint: false }, "harmless"],
    [{ readOnlyHint: true }, "harmless"],
    [{ destructiveHint: true }, "destructive"],
    [{ readOnlyHint: true, destructiveHint: true }, "destructive"],
  ];
  expect(cases.map(([annotations]) => hintOf({ annotations }))).toEqual(cases.map(([, is]) => is));
});
