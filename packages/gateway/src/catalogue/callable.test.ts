import { type Grant, openPrincipal, Policy, policyOf } from "@hub/core/access";
import { expect, test } from "vitest";
import { TestCatalogue } from "../../test/support/catalogue.js";
import { narrowedTo } from "./callable.js";
import { parseSelection, type Selection } from "./selection.js";
import { Views } from "./views.js";

const some: Grant = { action: "call", servers: ["a"] };
const more: Grant = { action: "call", tags: ["x"], tools: ["t*"] };

function everything(): Selection {
  const parsed = parseSelection(new URLSearchParams(), false);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return parsed;
}

test("who may call everything has the selection itself, and nothing is made", () => {
  const selection = everything();
  for (const grants of [openPrincipal.grants, [{ action: "call" } as const, some]])
    expect(narrowedTo(selection, policyOf({ grants }))).toBe(selection);
});

test("a view is kept once for all who may call the same, however many they are and however that is said", () => {
  const catalogue = new TestCatalogue();
  catalogue.put("a", { tools: [{ name: "t" }] });
  const views = new Views(catalogue, 0, () => {});
  const selection = everything();
  const viewOf = (...grants: Grant[]) => views.of(narrowedTo(selection, new Policy(grants)));
  const view = viewOf(some, more);
  expect(viewOf(more, some, more)).toBe(view);
  expect(viewOf(some)).not.toBe(view);
  expect(views.of(selection)).not.toBe(view);
  const policy = new Policy([some]);
  expect(narrowedTo(selection, policy)).toBe(narrowedTo(selection, policy));
});
