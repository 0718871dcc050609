import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { plainTypes } from "../plain-types.js";

// Below this package, where the imports of its entry are found.
const folder = mkdtempSync(join(import.meta.dirname, ".plain-types-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is written for an entry that exports these types from the contract. */
function written(entry: string): readonly string[] {
  mkdirSync(join(folder, "src"), { recursive: true });
  writeFileSync(
    join(folder, "src/own.ts"),
    "export type Own<T> = T[]; export class Kept<T> { of(one: T): T { return one; } }",
  );
  writeFileSync(join(folder, "src/index.ts"), entry);
  return plainTypes(folder);
}

test("types of the contract are written out, and no others", () => {
  const types = written(`
    export type { FindingView, ServerList } from "@hub/api";
    export type { EditInput as Edit } from "@hub/core";
    export type { LangChainConfig } from "@hub/api/config";
    export { type Own, Kept } from "./own.js";
    export type Local = string;
  `);
  expect(types.map((text) => text.split(" ")[2])).toEqual(["FindingView", "ServerList", "Edit"]);
  const [finding = "", list = "", edit = ""] = types;
  expect(finding).toContain("suggestion?: undefined | { endpoint?: undefined | string;");
  expect(list).toContain("nextCursor?: undefined | string;");
  expect(list).toContain('"up" | "degraded"');
  // A union within a list is in parentheses, and a boolean is one word.
  expect(list).toMatch(/icons\?: undefined \| \(\{ src: string;/);
  expect(edit).toMatch(/hidden\?: .*boolean/);
  for (const text of types) expect(text).not.toMatch(/\.\.\.|import\(/);
});
