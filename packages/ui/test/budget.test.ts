import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { webUi } from "../src/index.js";

const budgetBytes = 200 * 1_024;

describe("the built page", () => {
  const { page, assets } = webUi();
  const text = readFileSync(page.file, "utf8");

  test("its first load is at most 200 KB, compressed", () => {
    const needed = [...text.matchAll(/(?:src|href)="(\/ui\/[^"]+)"/g)].map(([, path]) => path);
    const first = assets.filter(({ path }) => needed.includes(path));
    expect(first.length).toBe(new Set(needed).size);
    const bytes = [page, ...first].reduce(
      (sum, { gzipFile }) => sum + readFileSync(gzipFile).length,
      0,
    );
    expect(bytes).toBeLessThan(budgetBytes);
  });

  test("it holds no inline script or style, and names no other host", () => {
    expect(text).not.toMatch(/<style|style=|<script(?![^>]*\bsrc=)|\bon\w+=/);
    expect(text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });

  test("what is kept compressed is what is served", () => {
    for (const asset of [page, ...assets])
      expect(
        gzipSync(readFileSync(asset.file), { level: 9 }).equals(readFileSync(asset.gzipFile)),
      ).toBe(true);
  });

  test("nothing in it makes code out of text, which its policy would refuse", () => {
    for (const { file, type } of assets) {
      if (!type.startsWith("text/javascript")) continue;
      expect(readFileSync(file, "utf8")).not.toMatch(/\bnew Function\(|[^.\w]eval\(/);
    }
  });
});
