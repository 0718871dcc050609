import { expect, test } from "vitest";
import { everyPage } from "./pages.js";

test("a list is read to its end", async () => {
  const next: Readonly<Record<string, string>> = { first: "second", second: "third" };
  const pages = await everyPage(async (cursor = "first") => ({ nextCursor: next[cursor] }));
  expect(pages.length).toBe(3);
});

test("pages that lead in a circle are not read for ever", async () => {
  const circle: Readonly<Record<string, string>> = { first: "second", second: "first" };
  await expect(
    everyPage(async (cursor = "first") => ({ nextCursor: circle[cursor] })),
  ).rejects.toThrow("in a circle");
});
