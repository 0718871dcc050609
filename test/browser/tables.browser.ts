import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { layoutFaults } from "./layout-faults.js";
import { isLoaded } from "./page.js";
import { pagePaths, populate } from "./populated.js";
import { cleanStage, open, startHub } from "./stage.js";
import { violations } from "./violations.js";

cleanStage();

/** Every page with tables, and by which names they are found. */
const tables = {
  [pagePaths.table]: ["Servers"],
  "/ui/servers?view=table&group=tag": ["Servers"],
  [pagePaths.overview]: ["Instances"],
  [pagePaths.tool]: ["Parameters"],
  [pagePaths.calls]: ["Traffic", "Calls"],
  [pagePaths["traffic of one"]]: ["Traffic by server and tool", "Last calls"],
  [pagePaths.traffic]: ["Traffic by server and tool", "Last calls"],
  [pagePaths.limits]: ["Limits"],
  [pagePaths.settings]: ["Hubs", "Settings"],
  [pagePaths.audit]: ["Lines of the audit"],
} as const;

const tablesOf = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("table")].map((table) => {
      const rows = [...table.querySelectorAll("tbody tr:has(th)")];
      const values = [...table.querySelectorAll("td[data-label]")];
      const box = table.closest("section");
      return {
        label: box?.getAttribute("aria-label"),
        display: getComputedStyle(table).display,
        isWide: box !== null && box.scrollWidth > box.clientWidth,
        rows: rows.length,
        // A row is headed by its name, whatever comes first where it is a table.
        named: rows.filter((row) => {
          const top = (cell: Element) => cell.getBoundingClientRect().top;
          const name = row.querySelector("th");
          const seen = [...row.querySelectorAll("td[data-label]")].filter(
            (cell) => cell.getClientRects().length > 0,
          );
          return name !== null && seen.every((cell) => top(cell) >= top(name));
        }).length,
        unlabelled: values.filter((cell) => {
          const said = getComputedStyle(cell, "::before").content;
          const label = cell.getAttribute("data-label") ?? "";
          return cell.getClientRects().length > 0 && (label === "" || !said.includes(label));
        }).length,
      };
    }),
  );

describe("tables", { timeout: 600_000 }, () => {
  test("are lists on phones: a block a row, a label before each value, nothing sideways; tables elsewhere", async () => {
    const hub = await startHub();
    await populate(hub);
    const page = await open(hub, "/", { width: 390, height: 844 });
    for (const [path, labels] of Object.entries(tables)) {
      await page.goto(path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await isLoaded(page);
      for (const fold of await page.locator("summary", { hasText: /as a table$/i }).all())
        await fold.click();
      for (const label of labels)
        await page
          .getByRole("region", { name: label, exact: true })
          .getByRole("row")
          .nth(1)
          .waitFor({ state: "attached" });
      for (const more of await page.getByRole("button", { name: /^All about / }).all())
        await more.click();
      for (const width of [360, 390]) {
        await page.setViewportSize({ width, height: 844 });
        // Rows are measured anew, in some frames.
        await page.evaluate(
          () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
        );
        expect.soft([path, width, await page.evaluate(layoutFaults)]).toEqual([path, width, []]);
        const found = await tablesOf(page);
        expect(found.map(({ label }) => label)).toEqual(expect.arrayContaining([...labels]));
        for (const one of found)
          expect
            .soft([path, one])
            .toEqual([
              path,
              { ...one, display: "block", isWide: false, named: one.rows, unlabelled: 0 },
            ]);
        expect(found.some(({ rows }) => rows > 0)).toBe(true);
      }
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        expect.soft([path, colorScheme, await violations(page)]).toEqual([path, colorScheme, []]);
      }
      await page.setViewportSize({ width: 1280, height: 900 });
      const displays = (await tablesOf(page)).map(({ display }) => display);
      expect([path, ...new Set(displays)]).toEqual([path, "table"]);
      await page.setViewportSize({ width: 390, height: 844 });
    }
  });
});
