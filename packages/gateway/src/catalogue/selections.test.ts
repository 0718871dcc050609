import { BudgetBook } from "@hub/core";
import { openPrincipal, policyOf } from "@hub/core/access";
import { expect, test } from "vitest";
import { Selections } from "./selections.js";

const most = 20;

function setUp() {
  const budgets = new BudgetBook({ selectionNames: most });
  const selections = new Selections({
    budgets,
    server: () => undefined,
    toolset: () => undefined,
  });
  const of = (names: readonly string[]) =>
    selections.of(
      { kind: "all" },
      `servers=${names.join()}&tags=t`,
      false,
      policyOf(openPrincipal),
    );
  return {
    of,
    refused: () => budgets.report().find(({ name }) => name === "selectionNames")?.refused,
  };
}

const names = (count: number, length: number) =>
  Array.from({ length: count }, (_, index) => String(index).padStart(length, "n"));

test("a selection that names more than it may is refused with what to do instead, short or long", () => {
  const { of, refused } = setUp();
  for (const length of [2, 300]) {
    expect(of(names(most - 1, length))).toHaveProperty("selection");
    const selected = of(names(most, length));
    expect(selected).toMatchObject({ status: 400 });
    expect("refusal" in selected && selected.refusal).toMatch(
      /at most 20, got 21\. Save a toolset, or raise MCP_HUB_MAX_SELECTION_NAMES/,
    );
  }
  expect(refused()).toBe(2);
});

test("the same query is read once, and a long one is not kept", () => {
  const { of } = setUp();
  expect(of(names(3, 10))).toEqual(of(names(3, 10)));
  const [one, other] = [of(names(3, 10)), of(names(3, 10))];
  expect("selection" in one && "selection" in other && one.selection === other.selection).toBe(
    true,
  );
  const [long, again] = [of(names(10, 300)), of(names(10, 300))];
  expect("selection" in long && "selection" in again && long.selection === again.selection).toBe(
    false,
  );
  expect(long).toEqual(again);
});
