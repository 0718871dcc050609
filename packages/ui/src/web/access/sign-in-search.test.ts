import { expect, test } from "vitest";
import { readSignInSearch } from "./sign-in-search.js";

test("a way on is a path of the hub, or none", () => {
  for (const to of ["/", "/ui/access?tab=audit", "/ui/servers/a-b#x"])
    expect(readSignInSearch({ to })).toEqual({ to });
  for (const to of [
    "",
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "/a b",
    "/a\\b",
    7,
  ])
    expect(readSignInSearch({ to })).toEqual({});
});

test("a problem is one that the hub names", () => {
  expect(readSignInSearch({ problem: "expired" })).toEqual({ problem: "expired" });
  expect(readSignInSearch({ problem: "constructor" })).toEqual({});
});
