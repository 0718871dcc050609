import type { ChangedItem } from "@hub/api";
import { expect, test } from "vitest";
import { folded } from "./fold.js";

const item = (key: string, change: ChangedItem["change"], before?: object): ChangedItem =>
  ({ key, kind: "tools", change, before, after: {} }) as ChangedItem; // what the hub sends

test("what changed alike stands together, what came or went alone", () => {
  const gone = { execution: { taskSupport: "forbidden" } };
  const shown = folded([
    item("a", "changed", gone),
    item("b", "changed", { title: "B" }),
    item("c", "changed", gone),
    item("d", "removed"),
    item("e", "removed"),
  ]).map(({ first, others }) => [first.key, ...others.map(({ key }) => key)]);
  expect(shown).toEqual([["a", "c"], ["b"], ["d"], ["e"]]);
});
