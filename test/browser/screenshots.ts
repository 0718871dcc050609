import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { movingPicture } from "./moving-picture.js";
import { isLoaded } from "./page.js";
import { pagePaths, populate } from "./populated.js";
import { cleanStage, open, startHub, startServer } from "./stage.js";

cleanStage();

const folder = process.env.SCREENSHOTS ?? "screenshots";
const widths = [1280, 768, 390];
const themes = ["light", "dark"] as const;

test("a moving picture of the first servers as they appear", async () => {
  const hub = await startHub();
  const page = await open(hub, "/", { width: 960, height: 520 });
  await page.getByText("Listening for the first server").waitFor();
  const frames = [{ png: await page.screenshot(), forMs: 2_500 }];
  for (const name of ["server-1", "server-2", "server-3"]) {
    startServer(hub, name);
    const card = page.locator(`[data-server="mcp-${name}"]`);
    await card.locator('[data-status="up"]').waitFor();
    await card.getByText("not read yet").waitFor({ state: "detached" });
    frames.push({ png: await page.screenshot(), forMs: name === "server-3" ? 4_000 : 1_200 });
  }
  writeFileSync(join(folder, "first-servers.png"), movingPicture(frames));
});

test("pictures of every page", { timeout: 600_000 }, async () => {
  const hub = await startHub();
  const empty = await open(hub);
  await empty.getByRole("heading", { level: 1 }).waitFor();
  await empty.screenshot({ path: join(folder, "quick-start.png") });
  await populate(hub);
  for (const theme of themes)
    for (const width of widths) {
      const page = await open(hub, "/", { theme, width, height: width < 500 ? 844 : 900 });
      for (const [name, path] of Object.entries(pagePaths)) {
        await page.goto(path);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await isLoaded(page);
        const file = `${name.replaceAll(" ", "-")}-${width}-${theme}.png`;
        await page.screenshot({ path: join(folder, file), fullPage: width < 500 });
      }
      await page.keyboard.press("Control+k");
      await page.getByRole("listbox", { name: "Matches" }).waitFor();
      await page.screenshot({ path: join(folder, `palette-${width}-${theme}.png`) });
    }
});
