import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong, as short lines. */
export async function violations(page: Page): Promise<string[]> {
  // Handed to the browser's own evaluator, which the page's policy does not bind.
  await page.evaluate(axe);
  const results = await page.evaluate<AxeResults>("axe.run(document)");
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(" ")} ${failureSummary ?? ""}`),
  );
}
