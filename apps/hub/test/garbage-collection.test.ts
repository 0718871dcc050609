import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { afterEach, beforeEach, expect, test } from "vitest";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mcp-hub-garbage-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The flags are the whole process's, so it runs in one of its own. */
function compiled(): string {
  const source = readFileSync(new URL("../src/garbage-collection.ts", import.meta.url), "utf8");
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
  });
  const file = join(folder, "garbage-collection.mjs");
  writeFileSync(file, outputText);
  return file;
}

/** How often all of the heap is collected while 512 MB are read. */
function wholeCollections(...help: readonly string[]): number {
  const program = new URL("support/read-much.mjs", import.meta.url).pathname;
  const output = execFileSync(process.execPath, [program, ...help], { encoding: "utf8" });
  const { count }: { readonly count: number } = JSON.parse(output);
  return count;
}

test("buffers of long answers are freed without a look at the whole heap", () => {
  const alone = wholeCollections();
  expect(alone).toBeGreaterThan(5);
  expect(wholeCollections(compiled())).toBeLessThan(alone / 3);
});
