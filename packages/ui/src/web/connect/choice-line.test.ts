import { expect, test } from "vitest";
import { choiceText } from "./choice-line.js";

const hub = { isDirect: false, isSearch: false };

test("a choice is one line of words", () => {
  expect(choiceText(hub)).toBe("Whole hub, through the hub, all tools");
  expect(choiceText({ ...hub, isSearch: true })).toBe("Whole hub, through the hub, search");
  expect(choiceText({ ...hub, servers: ["a", "b"], isDirect: true })).toBe("a and b, directly");
  expect(choiceText({ ...hub, servers: ["a", "b", "c"] })).toBe(
    "3 servers, through the hub, all tools",
  );
  expect(choiceText({ ...hub, servers: [] })).toMatch(/^Some servers, not chosen yet/);
  expect(choiceText({ ...hub, toolset: "desk" })).toBe("Toolset desk");
});
