import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { isLoaded } from "./page.js";
import { pagePaths, populate } from "./populated.js";
import { cleanStage, open, startHub } from "./stage.js";
import { violations } from "./violations.js";

cleanStage();

const screens = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
] as const;
const themes = ["light", "dark"] as const;

/** What axe finds on the page as it is now, in light and in dark. */
async function violationsInBoth(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme });
    for (const one of await violations(page)) found.push(`${colorScheme}: ${one}`);
  }
  return found;
}

describe("accessibility", { timeout: 600_000 }, () => {
  test("axe finds nothing on any page, dark and light, on a desktop and on a phone", async () => {
    const hub = await startHub();
    const found: string[] = [];
    const empty = await open(hub);
    await empty.getByRole("heading", { level: 1 }).waitFor();
    for (const one of await violations(empty)) found.push(`quick start: ${one}`);
    await populate(hub);
    for (const screen of screens) {
      const page = await open(hub, "/", screen);
      for (const [name, path] of Object.entries(pagePaths)) {
        await page.goto(path);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await isLoaded(page);
        for (const one of await violationsInBoth(page))
          found.push(`${name}, ${screen.width}, ${one}`);
      }
    }
    expect(found).toEqual([]);
  });

  test("nor in the form and the question about one server, which fit their screens", async () => {
    const hub = await startHub();
    await populate(hub);
    for (const screen of screens) {
      const page = await open(hub, "/", screen);
      await page.locator("[data-server] h2 a").first().click();
      for (const name of ["Edit", "Remove"]) {
        await page.getByRole("button", { name, exact: true }).click();
        const dialog = page.getByRole("dialog");
        await dialog.waitFor();
        expect([name, screen, await violationsInBoth(page)]).toEqual([name, screen, []]);
        const overflow = await dialog.evaluate((one) => one.scrollWidth - one.clientWidth);
        expect([name, screen, overflow]).toEqual([name, screen, 0]);
        await page.keyboard.press("Escape");
      }
    }
  });

  test("nor in the palette and the help", async () => {
    const hub = await startHub();
    await populate(hub);
    for (const screen of screens) {
      const page = await open(hub, "/", screen);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.keyboard.press("Control+k");
      await page.getByRole("listbox", { name: "Matches" }).getByRole("option").first().waitFor();
      expect(await violationsInBoth(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
      expect(await violationsInBoth(page)).toEqual([]);
    }
  });
});
