import { expect, test } from "vitest";
import { budgetWarning } from "./budgets.js";

test.each([
  [0, undefined],
  [80, undefined],
  [81, "More tools than Cursor (80) takes."],
  [128, "More tools than Cursor (80) and Windsurf (100) take."],
  [129, "More tools than Cursor (80), Windsurf (100) and VS Code (128) take."],
])("a list of %i tools: %s", (tools, said) => {
  expect(budgetWarning(tools)).toBe(said);
});
