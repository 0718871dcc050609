import { expect, test } from "vitest";
import { asTyped } from "./own-name.js";

const clone = { npm_lifecycle_script: "node scripts/hub.mjs" };

test("in a clone, npm run backup says how a backup is restored there", () => {
  const backup = { npm_lifecycle_script: "node scripts/backup.mjs" };
  expect(asTyped("mcp-hub restore x", backup)).toBe("npm run hub -- restore x");
});

test.each([
  ["To call it: mcp-hub call a b", "To call it: npm run hub -- call a b"],
  [
    "(mcp-hub start). mcp-hub --help lists them",
    "(npm run hub -- start). npm run hub -- --help lists them",
  ],
  ["`mcp-hub token create` makes one", "`npm run hub -- token create` makes one"],
  [
    "it starts `mcp-hub stdio`, and mcp-hub is a name",
    "it starts `mcp-hub stdio`, and mcp-hub is a name",
  ],
])("in a clone, %j is %j", (text, typed) => {
  expect(asTyped(text, clone)).toBe(typed);
  for (const environment of [{}, { npm_lifecycle_script: "mcp-hub start" }])
    expect(asTyped(text, environment)).toBe(text);
});
