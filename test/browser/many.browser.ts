import { closeServers } from "@hub/testing";
import type { Page } from "playwright-core";
import { afterEach, expect, test } from "vitest";
import { longTasks, watchTasks } from "./long-tasks.js";
import { isLoaded } from "./page.js";
import { registerMany } from "./servers/many-tools.js";
import { cleanStage, open, startHub } from "./stage.js";

cleanStage();
afterEach(closeServers);

/** Scrolls from the top to the end, a frame for each half of a screen. */
const scrollThrough = (page: Page) =>
  page.evaluate(async () => {
    for (let top = 0; top < document.body.scrollHeight; top += innerHeight / 2) {
      scrollTo(0, top);
      await new Promise((done) => requestAnimationFrame(done));
    }
    scrollTo(0, 0);
  });

test("500 servers with 10,000 tools: no long task while one looks, searches and scrolls", {
  timeout: 300_000,
}, async () => {
  const hub = await startHub({ MCP_HUB_PROBE_UP_MS: "600000" });
  await registerMany(hub, 500, 20);
  const page = await open(hub);
  await page.getByRole("heading", { name: "All is well with 500 servers" }).waitFor();
  await isLoaded(page);
  await watchTasks(page);
  const go = page.getByRole("navigation", { name: "Pages" });
  await go.getByRole("link", { name: "Servers", exact: true }).click();
  await page.getByText("500 servers", { exact: true }).waitFor();
  await scrollThrough(page);
  expect(await page.locator("[data-server]").count()).toBeLessThan(60);
  const search = page.getByLabel("Search servers and their tools");
  const found = page.waitForResponse(/\/tools\?q=bulk-49&/);
  await search.pressSequentially("bulk-49");
  await (await found).finished();
  // Tools of other servers are near to these words, and are not what the list is narrowed to.
  await page.getByText("11 of 500 servers").waitFor();
  await search.fill("");
  await page.getByRole("button", { name: "Table" }).click();
  await page.getByRole("columnheader", { name: "Server" }).waitFor();
  await scrollThrough(page);
  expect(await page.getByRole("row").count()).toBeLessThan(80);
  await page.keyboard.press("Control+k");
  await page.getByRole("listbox", { name: "Matches" }).waitFor();
  await page.keyboard.type("bulk-123");
  await page.getByRole("option").getByText("bulk-123", { exact: true }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "bulk-123" }).waitFor();
  await go.getByRole("link", { name: "Wallboard" }).click();
  await page.locator("li[data-server]").nth(499).waitFor();
  // The wall draws all of them, so that one sees all of them.
  expect(await page.locator("li[data-server] *").count()).toBeLessThan(500 * 12);
  expect(await longTasks(page, 1_000)).toEqual([]);
});
