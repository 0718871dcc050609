import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong, as short lines. */
export async function violations(page: Page): Promise<string[]> {
  // Handed to the browser's own evaluator, which the page's policy does not bind; once for each document.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe);
  // Every rule is asked; of those that hold, the nodes would be most of the answer.
  const found = await page.evaluate<AxeResults["violations"]>(
    "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)",
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(" ")} ${failureSummary ?? ""}`),
  );
}
