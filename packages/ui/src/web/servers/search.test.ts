import type { ServerSummary } from "@hub/api";
import { describe, expect, test } from "vitest";
import { groupsOf } from "./groups.js";
import { choose, readServersSearch } from "./search.js";

const server = (id: string, more: Partial<ServerSummary> = {}): ServerSummary => ({
  id,
  name: id,
  transport: "streamable-http",
  endpoint: `http://127.0.0.1/${id}`,
  status: "up",
  tags: [],
  instances: [{ id: "one", endpoint: "", transport: "streamable-http", status: "up" }],
  capabilities: null,
  revision: 1,
  registeredAt: "2026-11-28T00:00:00Z",
  updatedAt: "2026-11-28T00:00:00Z",
  ...more,
});

const ids = (servers: readonly ServerSummary[]) => servers.map(({ id }) => id);

describe("the order of servers", () => {
  const all = [
    server("well"),
    server("also-well"),
    server("left", { status: "down", instances: [] }),
    server("doubtful", { status: "suspect" }),
    server("locked", { status: "needs-token" }),
    server("lost", { status: "unreachable" }),
    server("dead", { status: "down" }),
    server("half", { status: "degraded" }),
    server("new", { status: "pending" }),
  ];

  test("is by seriousness when nobody says otherwise; who left on purpose is no trouble", () => {
    expect(ids(choose(all, {}))).toEqual([
      ..."dead lost doubtful half locked new left also-well well".split(" "),
    ]);
    expect(ids(choose(all, { status: "left" }))).toEqual(["left"]);
    expect(ids(choose(all, { status: "down" }))).toEqual(["dead"]);
  });

  test("has favourites first among equals, and can be turned round", () => {
    expect(ids(choose(all, {}, { liked: ["well"] })).slice(-2)).toEqual(["well", "also-well"]);
    expect(ids(choose(all, { order: "reverse" }))[0]).toBe("also-well");
    expect(ids(choose(all, { favourite: true }, { liked: ["lost"] }))).toEqual(["lost"]);
  });

  test("by latency has the slowest first, and those nobody measured last", () => {
    const beat = (ms: number) => ({ lastSeenAt: "2026-11-28T00:00:00Z", latenciesMs: [ms] });
    const pulse = { at: "", servers: { well: beat(3), lost: beat(900) } };
    expect(ids(choose(all, { sort: "latency" }, { pulse })).slice(0, 2)).toEqual(["lost", "well"]);
  });
});

describe("groups", () => {
  const shop = server("a", { owner: "shop", tags: ["x", "y"] });
  const alone = server("b");

  test("by tag, a server stands in each of its own; who has none comes last", () => {
    const groups = groupsOf([alone, shop], "tag");
    expect(groups.map(({ name, servers }) => [name, ids(servers)])).toEqual([
      ["x", ["a"]],
      ["y", ["a"]],
      [undefined, ["b"]],
    ]);
  });

  test("by owner, and none at all", () => {
    expect(groupsOf([alone, shop], "owner").map(({ name }) => name)).toEqual(["shop", undefined]);
    expect(groupsOf([alone, shop], undefined)).toHaveLength(1);
  });
});

test("what nobody knows in a query string is left out", () => {
  const read = readServersSearch({ status: "dead", sort: "size", group: "tag", favourite: "true" });
  expect(Object.entries(read).filter(([, value]) => value !== undefined)).toEqual([
    ["favourite", true],
    ["group", "tag"],
  ]);
});
