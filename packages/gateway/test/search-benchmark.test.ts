import { describe, expect, test } from "vitest";
import { judge, readCatalogue, readQueries } from "../../../bench/search/catalogue.mjs";
import { hubTools, ToolSearch } from "../src/index.js";

const servers = readCatalogue();
const queries = readQueries();
const search = new ToolSearch();
search.follow(servers);

describe("the search benchmark", () => {
  test("has at least 500 tools of 40 servers and 100 queries whose answers exist", () => {
    const names = new Set(
      servers.flatMap(({ id, tools }) => tools.map(({ key }) => `${id}/${key}`)),
    );
    expect(names.size).toBe(servers.reduce((sum, { tools }) => sum + tools.length, 0));
    expect(names.size).toBeGreaterThanOrEqual(500);
    expect(servers.length).toBeGreaterThanOrEqual(40);
    expect(queries.length).toBeGreaterThanOrEqual(100);
    expect(new Set(queries.map(({ text }) => text)).size).toBe(queries.length);
    expect(
      queries.flatMap(({ acceptable }) => acceptable.filter((one) => !names.has(one))),
    ).toEqual([]);
  });

  // The floors stand a little below what docs/reference/search.md reports.
  test("finds a right tool among the first five for nine of ten queries", () => {
    const verdict = judge(
      search,
      queries.filter(({ part }) => part !== "fresh"),
    );
    expect(verdict.recallAt5).toBeGreaterThanOrEqual(0.9);
    expect(verdict.recallAt1).toBeGreaterThanOrEqual(0.69);
    expect(verdict.mrr).toBeGreaterThanOrEqual(0.79);
  });

  test.each([
    ["judging", 0.86],
    ["fresh", 0.8],
  ])("does not fall behind on the %s queries, which nothing was tuned on", (part, floor) => {
    const verdict = judge(
      search,
      queries.filter((query) => query.part === part),
    );
    expect(verdict.recallAt5).toBeGreaterThanOrEqual(floor);
  });

  test("search mode costs a model less than a fiftieth of the whole list", () => {
    const tools = servers.flatMap(({ tools }) => tools.map(({ definition }) => definition));
    expect(JSON.stringify(hubTools).length * 50).toBeLessThan(JSON.stringify(tools).length);
  });
});
