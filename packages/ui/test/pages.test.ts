import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { webUi } from "../src/index.js";

test("every page that the router knows is served as one, and no other", () => {
  const router = readFileSync(join(import.meta.dirname, "../src/web/router.tsx"), "utf8");
  const known = [...router.matchAll(/\bpath: "([^"]+)"/g)].map(([, path]) =>
    path?.replace("$id", ":id"),
  );
  expect([...webUi().pagePaths].sort()).toEqual(known.sort());
});
