import { expect, test } from "vitest";
import { grantText } from "./grant-text.js";

test.each([
  [{ action: "admin" }, "administer the whole hub"],
  [{ action: "read" }, "see all servers"],
  [{ action: "register", servers: ["payments-*"] }, "register payments-*"],
  [{ action: "call", tags: ["money", "eu"] }, "call servers tagged money, eu"],
  [{ action: "call", servers: ["a", "b"], tags: ["eu"] }, "call a, b among servers tagged eu"],
  [{ action: "call", servers: ["a"], tools: ["list_*"] }, "call list_* of a"],
  [{ action: "call", tools: ["list_*"] }, "call list_* of all servers"],
] as const)("%j reads: %s", (grant, text) => {
  const { action, ...lists } = grant;
  const copies = Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, [...list]]));
  expect(grantText({ action, ...copies })).toBe(text);
});
