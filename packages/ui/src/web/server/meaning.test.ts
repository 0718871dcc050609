import { expect, test } from "vitest";
import { meaningsOf, worstOf } from "./meaning.js";

const tool = (before: object, after: object) =>
  meaningsOf({
    change: "changed",
    kind: "tools",
    // Definitions are records of anything.
    before: before as Record<string, unknown>,
    after: after as Record<string, unknown>,
  }).map(({ level, text }) => `${level}: ${text}`);

const input = (properties: object, required: readonly string[] = []) => ({
  inputSchema: { type: "object", properties, required },
});

test("a required argument more breaks callers, an optional one does not", () => {
  const before = input({ city: { type: "string" } }, ["city"]);
  expect(tool(before, input({ city: { type: "string" }, day: {} }, ["city", "day"]))).toEqual([
    "breaks: “day” is a new required argument: calls without it fail.",
  ]);
  expect(tool(before, input({ city: { type: "string" }, day: {}, hour: {} }, ["city"]))).toEqual([
    "fine: “day”, “hour” are new optional arguments: calls go on as before.",
  ]);
  expect(tool(before, input({ city: { type: "string" } }))).toEqual([
    "fine: “city” need not be given any more.",
  ]);
  expect(tool(before, input({}))).toEqual([
    "breaks: “city” is no argument any more: calls with it may fail.",
  ]);
});

test.each([
  [{ type: "string" }, { type: "number" }, "breaks: “a” is number where it was string"],
  [{ enum: ["x", "y"] }, { enum: ["x"] }, 'breaks: “a” no longer takes "y".'],
  [{}, { enum: ["x"] }, "breaks: “a” takes only some values now."],
  [{ maximum: 10 }, { maximum: 5 }, "breaks: “a” has narrower limits"],
  [{}, { minLength: 2 }, "breaks: “a” has narrower limits"],
  [{ default: 1 }, { default: 2 }, "choice: “a” has another default"],
  [{ description: "x" }, { description: "y" }, "choice: “a” is described in other words"],
])("%j to %j is said", (before, after, start) => {
  expect(tool(input({ a: before }), input({ a: after }))[0]).toContain(start);
});

test("wider limits, more values and the order of names are nothing to callers", () => {
  expect(
    tool(input({ a: { maximum: 5, enum: [1] } }), input({ a: { maximum: 9, enum: [1, 2] } })),
  ).toEqual(["fine: Callers do not notice."]);
  expect(tool({ execution: { taskSupport: "forbidden" } }, {})).toEqual([
    "fine: Callers do not notice.",
  ]);
});

test("words, hints and results have a meaning of their own, the worst first", () => {
  expect(
    tool(
      {
        description: "a",
        annotations: { readOnlyHint: true },
        outputSchema: { properties: { p: {} } },
      },
      { description: "b", annotations: {}, outputSchema: { properties: {} } },
    ),
  ).toEqual([
    "breaks: “p” is not in its result any more.",
    "choice: It may change things now: clients may ask before each call.",
    "choice: Its description changed: models may choose it differently.",
  ]);
});

test("what came, what went, and prompts", () => {
  const of = (change: "added" | "removed") => worstOf(meaningsOf({ change, kind: "resources" }));
  expect([of("added"), of("removed"), worstOf([])]).toEqual(["fine", "breaks", undefined]);
  expect(
    meaningsOf({
      change: "changed",
      kind: "prompts",
      before: { arguments: [{ name: "need" }] },
      after: { arguments: [{ name: "need", required: true }] },
    }),
  ).toEqual([{ level: "breaks", text: "“need” is required now: calls without it fail." }]);
});
