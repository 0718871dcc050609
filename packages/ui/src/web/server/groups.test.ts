import { expect, test } from "vitest";
import { itemOf } from "./definition.js";
import { groupedRows } from "./groups.js";

const tool = (name: string, description?: string) => itemOf("tool", { name, description });
const shown = (names: readonly string[]) =>
  groupedRows(names.map((name) => tool(name, "Same"))).map((row) =>
    row.is === "head" ? `${row.prefix} ${row.count}` : row.item.key.slice(row.prefix.length),
  );

test("many tools are grouped by the word that they begin with, and show what differs", () => {
  const names = [
    ...["git_pull", "git_push", "git_log", "git_show", "help"],
    ...["issue.list", "issue.close", "issue.open", "other_one", "other_two", "x", "y"],
  ];
  expect(shown(names)).toEqual([
    ...["help", "other_one", "other_two", "x", "y"],
    ...["git_ 4", "pull", "push", "log", "show"],
    ...["issue. 3", "list", "close", "open"],
  ]);
});

test("few tools stay as they are, and a description is said once", () => {
  expect(shown(["git_pull", "git_push", "git_log"])).toEqual(["git_pull", "git_push", "git_log"]);
  const rows = groupedRows([tool("a", "Same"), tool("b", "Same"), tool("c", "Other")]);
  expect(rows.map((row) => row.is === "item" && row.isSameAsAbove)).toEqual([false, true, false]);
});
