import { describe, expect, test } from "vitest";
import { isLoaded } from "./page.js";
import { pagePaths, populate } from "./populated.js";
import { cleanStage, open, startHub } from "./stage.js";
import { violations } from "./violations.js";

cleanStage();

const looks = [
  { theme: "light", width: 1280, height: 900 },
  { theme: "dark", width: 1280, height: 900 },
  { theme: "light", width: 390, height: 844 },
  { theme: "dark", width: 390, height: 844 },
] as const;

describe("accessibility", { timeout: 600_000 }, () => {
  test("axe finds nothing on any page, dark and light, on a desktop and on a phone", async () => {
    const hub = await startHub();
    const found: string[] = [];
    const empty = await open(hub);
    await empty.getByRole("heading", { level: 1 }).waitFor();
    for (const one of await violations(empty)) found.push(`quick start: ${one}`);
    await populate(hub);
    for (const look of looks) {
      const page = await open(hub, "/", look);
      for (const [name, path] of Object.entries(pagePaths)) {
        await page.goto(path);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await isLoaded(page);
        for (const one of await violations(page))
          found.push(`${name}, ${look.theme}, ${look.width}: ${one}`);
      }
    }
    expect(found).toEqual([]);
  });

  test("nor in the form and the question about one server, which fit their screens", async () => {
    const hub = await startHub();
    await populate(hub);
    for (const look of looks) {
      const page = await open(hub, "/", look);
      await page.locator("[data-server] h2 a").first().click();
      for (const name of ["Edit", "Remove"]) {
        await page.getByRole("button", { name, exact: true }).click();
        const dialog = page.getByRole("dialog");
        await dialog.waitFor();
        expect([name, look, await violations(page)]).toEqual([name, look, []]);
        const overflow = await dialog.evaluate((one) => one.scrollWidth - one.clientWidth);
        expect([name, look, overflow]).toEqual([name, look, 0]);
        await page.keyboard.press("Escape");
      }
    }
  });

  test("nor in the palette and the help", async () => {
    const hub = await startHub();
    await populate(hub);
    for (const look of looks) {
      const page = await open(hub, "/", look);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.keyboard.press("Control+k");
      await page.getByRole("listbox", { name: "Matches" }).getByRole("option").first().waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
      expect(await violations(page)).toEqual([]);
    }
  });
});
