import { type Toolset, toolsetOf, toolsetSchema } from "@hub/core";
import { openPrincipal, policyOf } from "@hub/core/access";
import { expect, test } from "vitest";
import { previewOf } from "../src/catalogue/preview.js";
import { Views } from "../src/catalogue/views.js";

/** A catalogue without servers that counts how often a view is made of it. */
function counted() {
  let looks = 0;
  const source = {
    version: 1,
    list: () => {
      looks += 1;
      return [];
    },
    get: () => undefined,
    now: () => ({ hub: 0, wall: 0, steady: 0 }),
  };
  return { source, looks: () => looks };
}

const toolset = (revision: number): Toolset =>
  toolsetOf(toolsetSchema.parse({ name: "Desk" }), {
    id: "desk",
    createdAt: 0,
    updatedAt: 0,
    revision,
  });

test("a saved toolset is looked at again without making its view anew, until the catalogue changes", () => {
  const { source, looks } = counted();
  const views = new Views(source, 0, () => {});
  const saved = toolset(3);
  const first = previewOf(views, saved, policyOf(openPrincipal));
  const before = looks();
  expect(previewOf(views, saved, policyOf(openPrincipal))).toEqual(first);
  expect(looks()).toBe(before);
  source.version += 1;
  previewOf(views, saved, policyOf(openPrincipal));
  expect(looks()).toBeGreaterThan(before);
});

test("one that nobody saved is never answered from what is kept", () => {
  const { source, looks } = counted();
  const views = new Views(source, 0, () => {});
  previewOf(views, toolset(0), policyOf(openPrincipal));
  const before = looks();
  previewOf(views, toolset(0), policyOf(openPrincipal));
  expect(looks()).toBe(before + 1);
});
