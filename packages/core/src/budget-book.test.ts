import { describe, expect, test } from "vitest";
import { BudgetBook } from "./budget-book.js";
import { budgetNames, defaultBudgets, rowOf, settingOf } from "./budgets.js";

describe("budgets", () => {
  test("each has a default between its least and its most", () => {
    for (const name of budgetNames) {
      const row = rowOf(name);
      expect(row.default, name).toBeGreaterThanOrEqual(row.least);
      expect(row.default, name).toBeLessThanOrEqual(row.most);
      expect(settingOf(name)).toMatch(/^MCP_HUB_MAX_[A-Z_]+$/);
    }
  });

  test("a limit that was not set has its default", () => {
    const book = new BudgetBook({ servers: 3 });
    expect(book.limit("servers")).toBe(3);
    expect(book.limit("serverMessageBytes")).toBe(defaultBudgets.serverMessageBytes);
  });

  test("what several hold of one for the whole hub adds up, and refusals are counted", () => {
    const book = new BudgetBook();
    book.watch("servers", () => ({ used: 2 }));
    const stop = book.watch("servers", () => ({ used: 5 }));
    book.refused("servers");
    const servers = () => book.report().find(({ name }) => name === "servers");
    expect(servers()).toMatchObject({ used: 7, refused: 1, setting: "MCP_HUB_MAX_SERVERS" });
    stop();
    expect(servers()).toMatchObject({ used: 2 });
  });

  test("of one that each has, the one that uses most is shown by name", () => {
    const book = new BudgetBook();
    book.watch("serverMessageBytes", () => ({ used: 10, by: "small" }));
    book.watch("serverMessageBytes", () => ({ used: 99, by: "large" }));
    expect(book.report().find(({ name }) => name === "serverMessageBytes")).toMatchObject({
      used: 99,
      by: "large",
    });
  });
});
