import { expect, test } from "vitest";
import { allPages } from "./all-pages.js";

test("the pages of an answer become one, whatever their lists are called", async () => {
  const pages = new Map<string | undefined, object>([
    [undefined, { snapshot: { hash: "a" }, tools: [1, 2], hashes: { x: "1" }, nextCursor: "p2" }],
    ["p2", { snapshot: { hash: "a" }, tools: [3], hashes: { y: "2" }, nextCursor: "p3" }],
    ["p3", { snapshot: { hash: "a" }, tools: [4], hashes: {} }],
  ]);
  const whole = await allPages(async (cursor) => pages.get(cursor) ?? {});
  expect(whole).toEqual({
    snapshot: { hash: "a" },
    tools: [1, 2, 3, 4],
    hashes: { x: "1", y: "2" },
  });
});

test("one page is as it came", async () => {
  const page: { snapshot: null; tools: never[]; nextCursor?: string } = {
    snapshot: null,
    tools: [],
  };
  expect(await allPages(async () => page)).toEqual({
    snapshot: null,
    tools: [],
  });
});
