import { BudgetBook } from "@hub/core";
import type { JsonObject } from "@hub/core/json";
import { describe, expect, test } from "vitest";
import { createCatalogueSearch, type SearchTools } from "../src/index.js";
import { TestCatalogue } from "./support/catalogue.js";

/** A search whose index grows when the test lets it. */
function inTurns(source: TestCatalogue) {
  const budgets = new BudgetBook();
  const waiting: (() => void)[] = [];
  const search = createCatalogueSearch(source, budgets, {
    later: (task) => void waiting.push(task),
  });
  const row = (name: string) => budgets.report().find((one) => one.name === name);
  return {
    search,
    words: () => row("searchWords")?.used ?? 0,
    leftOut: () => (row("searchWords")?.refused ?? 0) + (row("serverSearchWords")?.refused ?? 0),
    largest: () => row("serverSearchWords"),
    turn: (): boolean => {
      const task = waiting.shift();
      task?.();
      return task !== undefined;
    },
  };
}

const found = (search: SearchTools, query: string) =>
  search(query, 5).map(({ serverId, tool }) => `${serverId}/${tool.key}`);

describe("990 tools of 4 KB of rare words", () => {
  let next = 0;
  const rareText = () => {
    let text = "";
    while (text.length < 4_000) text += `w${(next++).toString(36)} `;
    return text;
  };
  const greedy = () => ({
    tools: Array.from({ length: 990 }, (_, at) => ({
      name: `tool_${at}`,
      description: rareText(),
    })),
  });

  test("are indexed in parts, within the budget, and no search waits for them", () => {
    const source = new TestCatalogue();
    source.put("weather", { tools: [{ name: "get_forecast", description: "Weather of a city" }] });
    const { search, turn, words, largest, leftOut } = inTurns(source);
    expect(found(search, "forecast")).toEqual(["weather/get_forecast"]);
    for (let at = 0; at < 2; at++) source.put(`greedy-${at}`, greedy());
    let before = words();
    let most = 0;
    let turns = 0;
    do {
      most = Math.max(most, words() - before);
      before = words();
      // In between, what is there already is found; the search itself does one part more.
      if (turns % 50 === 0) {
        expect(found(search, "forecast")[0]).toBe("weather/get_forecast");
        most = Math.max(most, words() - before);
        before = words();
      }
      turns += 1;
    } while (turn());
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(3_000);
    expect(turns).toBeGreaterThan(100);
    expect(largest()).toMatchObject({ used: 100_000, refused: 2 });
    expect(leftOut()).toBe(2);
    expect(found(search, "tool 989")[0]).toMatch(/^greedy-\d\/tool_989$/);
  });
});

describe("44 servers with 1,404 tools and 3.9 MB of definitions", () => {
  test("are indexed whole, however rich their words, and leave a third of the room", () => {
    const syllables = "ba ce di fo gu ha ke li mo nu pa re si to vu wa xe yi zo".split(" ");
    const wordAt = (at: number) =>
      [at % 19, Math.floor(at / 19) % 19, Math.floor(at / 361) % 7].map((one) => syllables[one]);
    let seed = 1;
    // Few words are common and many are rare, as in any language.
    const word = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return wordAt(Math.floor(2_500 * (seed / 2_147_483_647) ** 3)).join("");
    };
    const text = (words: number) => Array.from({ length: words }, word).join(" ");
    const source = new TestCatalogue();
    let bytes = 0;
    let count = 0;
    for (let at = 0; at < 44; at++) {
      const tools = Array.from({ length: at === 0 ? 200 : 28 }, (_, index): JsonObject => {
        const properties = Object.fromEntries(
          Array.from({ length: 12 }, () => [word(), { type: "string", description: text(20) }]),
        );
        const definition = {
          name: `${word()}_${word()}_${index}`,
          description: text(90),
          inputSchema: { type: "object", properties },
        };
        bytes += JSON.stringify(definition).length;
        return definition;
      });
      count += tools.length;
      source.put(`server-${at}`, { tools });
    }
    expect(count).toBe(1_404);
    expect(bytes).toBeGreaterThan(3_900_000);
    const { search, turn, words, leftOut, largest } = inTurns(source);
    search("anything", 5);
    while (turn());
    expect(leftOut()).toBe(0);
    expect(words()).toBeLessThan(400_000);
    expect(largest()?.used).toBeLessThan(67_000);
  });
});
