import type { Page } from "playwright-core";
import { expect } from "vitest";
import { layoutFaults } from "./layout-faults.js";
import { violations } from "./violations.js";

/** Holds the page that is open to layout and axe, on a phone, a laptop and a large screen, light and dark. */
export async function expectToFitEveryScreen(page: Page): Promise<void> {
  for (const [width, height] of [
    [390, 844],
    [1_280, 900],
    [1_920, 1_080],
  ] as const)
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      // Rows are measured anew, in some frames.
      await expect
        .poll(async () => [width, await page.evaluate(layoutFaults)])
        .toEqual([width, []]);
      expect([width, await violations(page)]).toEqual([width, []]);
    }
}
