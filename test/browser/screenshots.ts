import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { closeServers, freePort, type HubProcess, serveV2 } from "@hub/testing";
import { afterEach, test } from "vitest";
import { movingPicture } from "./moving-picture.js";
import { isLoaded } from "./page.js";
import { pagePaths, populate } from "./populated.js";
import { startGuarded } from "./servers/guarded.js";
import { cleanStage, open, startHub, startServer } from "./stage.js";

cleanStage();
afterEach(closeServers);

const folder = process.env.SCREENSHOTS ?? "screenshots";
const widths = [1920, 1280, 390];
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

/** One that is down, one that needs a token, and one of whose two instances one answers. */
async function addOtherStates(hub: HubProcess): Promise<void> {
  const nowhere = async () => `http://127.0.0.1:${await freePort()}/mcp`;
  const guarded = await startGuarded("letmein-0123456789");
  const reports = await serveV2({ name: "Reports" });
  const shared = { transport: "http", owner: "team-finance", tags: ["production"] };
  await hub.register({ ...shared, name: "Ledger", endpoint: `${guarded.origin}/mcp` });
  await hub.register({ ...shared, name: "Archive", endpoint: await nowhere() });
  for (const endpoint of [`${reports.origin}/mcp`, await nowhere()])
    await hub.register({ ...shared, name: "Reports", endpoint, serviceKey: "reports-of-the-day" });
  await hub.status("ledger", "needs-token");
  await hub.status("archive", "down");
}

test("pictures of every page", { timeout: 600_000 }, async () => {
  const hub = await startHub();
  const empty = await open(hub);
  await empty.getByRole("heading", { level: 1 }).waitFor();
  await empty.screenshot({ path: join(folder, "quick-start.png") });
  await populate(hub);
  await addOtherStates(hub);
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
