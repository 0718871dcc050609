import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { expectToFitEveryScreen } from "./every-screen.js";
import { openPage } from "./page.js";
import { cleanStage, open, startHub } from "./stage.js";

cleanStage();

const toolsetsChunk = "**/ui/assets/toolsets-page-*.js";
const link = (page: Page, name: string) =>
  page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name });

/** A request of the page's own to one path of the API. */
const asked = (path: string) => (url: URL) => url.pathname === path;

/** Writes something on the page that is gone when it is loaded anew. */
const mark = (page: Page) =>
  page.evaluate(() => {
    document.body.dataset.isSame = "yes";
  });
const isSame = (page: Page) => page.evaluate(() => document.body.dataset.isSame === "yes");

describe("a page that cannot be loaded", () => {
  test("says so in the shell, and is there by itself when the hub is back", async () => {
    const hub = await startHub();
    const page = await open(hub);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await mark(page);
    await hub.program.kill("SIGKILL");
    await page.getByRole("banner").getByText("The hub does not answer").waitFor();
    await link(page, "Toolsets").click();
    const fault = page.getByRole("main").getByRole("alert");
    await fault.getByText("This page did not load").waitFor();
    await fault.getByText("The hub does not answer").waitFor();
    expect(await page.title()).toContain("Toolsets");
    await expectToFitEveryScreen(page);
    await page.setViewportSize({ width: 1_280, height: 900 });
    // What is loaded already is still there to go to.
    await link(page, "Overview").click();
    await fault.waitFor({ state: "detached" });
    await link(page, "Toolsets").click();
    await fault.waitFor();
    await hub.restart();
    await page.getByText("No toolset yet").waitFor();
    expect(await isSame(page)).toBe(true);
  });

  test("is tried again at once when somebody asks for that", async () => {
    const hub = await startHub();
    const page = await open(hub);
    await page.route(toolsetsChunk, (route) => route.abort());
    await link(page, "Toolsets").click();
    await page.getByText("This page did not load").waitFor();
    await page.unroute(toolsetsChunk);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("No toolset yet").waitFor();
  });

  test("is there by itself though the browser remembers what did not come", async () => {
    const hub = await startHub();
    const page = await open(hub);
    await page.route(toolsetsChunk, (route) => route.abort());
    await link(page, "Toolsets").click();
    await page.getByText("This page did not load").waitFor();
    await page.unroute(toolsetsChunk);
    await page.getByText("No toolset yet").waitFor();
  });

  test("is loaded anew, once, where the hub was updated meanwhile", async () => {
    const hub = await startHub();
    const page = await open(hub);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await mark(page);
    let loads = 0;
    await page.route(toolsetsChunk, (route) => route.fulfill({ status: 404 }));
    await page.route(`${hub.url}/`, (route) =>
      route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Newer</title>" }),
    );
    await page.route("**/ui/toolsets", (route) => {
      loads += 1;
      return route.continue();
    });
    await link(page, "Toolsets").click();
    await expect.poll(() => loads, { timeout: 30_000 }).toBe(1);
    await page.getByText("This page did not load").waitFor();
    // The parts are those of another hub still: a second time would be the beginning of a circle.
    await page.getByText("The hub was updated").waitFor();
    expect(loads).toBe(1);
    await page.unroute(toolsetsChunk);
    await page.getByRole("button", { name: "Load the page anew" }).click();
    await page.getByText("No toolset yet").waitFor();
    expect(await isSame(page)).toBe(false);
  });
});

test("a dialog that cannot be loaded says so in its place, and never reloads what is beneath it", async () => {
  const hub = await startHub();
  const page = await open(hub);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await mark(page);
  await page.route("**/ui/assets/palette-*.js", (route) => route.fulfill({ status: 404 }));
  await page.route(`${hub.url}/`, (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Newer</title>" }),
  );
  await page.keyboard.press("Control+k");
  const dialog = page.getByRole("dialog", { name: "Go to…" });
  await dialog.getByText("did not load").waitFor();
  await dialog.getByText("The hub was updated").waitFor();
  expect(await isSame(page)).toBe(true);
  await page.unroute("**/ui/assets/palette-*.js");
  await page.unroute(`${hub.url}/`);
  await dialog.getByRole("button", { name: "Load the page anew" }).click();
  await page.getByRole("heading", { level: 1 }).waitFor();
  expect(await isSame(page)).toBe(false);
  await page.keyboard.press("Control+k");
  await page.getByRole("listbox", { name: "Matches" }).waitFor();
});

test("a dialog that the hub has, but the browser did not get, says how to get it", async () => {
  const hub = await startHub();
  const page = await open(hub);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await mark(page);
  await page.route("**/ui/assets/palette-*.js", (route) => route.abort());
  await page.keyboard.press("Control+k");
  const dialog = page.getByRole("dialog", { name: "Go to…" });
  await dialog.getByText("this browser did not get this").waitFor();
  expect(await isSame(page)).toBe(true);
  await dialog.getByRole("button", { name: "Load the page anew" }).waitFor();
});

describe("an answer that nobody could draw", () => {
  test("costs its own page, which can be tried again, and leaves the shell", async () => {
    const hub = await startHub();
    const { page, context, watch } = await openPage({ url: hub.url });
    await page.goto("/");
    // As of a newer hub: in form, and not what this page knows.
    const odd = {
      id: "odd",
      name: "Odd",
      servers: ["a"],
      tags: [],
      mode: "all",
      prefix: "always",
      url: "",
    };
    await page.route(asked("/toolsets"), (route) => route.fulfill({ json: { toolsets: [odd] } }));
    await link(page, "Toolsets").click();
    const fault = page.getByRole("main").getByRole("alert");
    await fault.getByText("This page has an error").waitFor();
    await expectToFitEveryScreen(page);
    await page.setViewportSize({ width: 1_280, height: 900 });
    await link(page, "Activity").click();
    await page.getByRole("heading", { level: 1, name: "Activity" }).waitFor();
    await page.unrouteAll();
    await link(page, "Toolsets").click();
    await page.getByText("No toolset yet").waitFor();
    // It is written down for those who mend it.
    expect(watch.troubles.join()).toContain("TypeError");
    await context.close();
  });

  test("costs one panel of several", async () => {
    const hub = await startHub();
    const { page, context } = await openPage({ url: hub.url });
    const call = {
      at: new Date().toISOString(),
      serverId: "a",
      method: "tools/call",
      outcome: "odd",
    };
    await page.route(asked("/calls"), (route) => route.fulfill({ json: { calls: [call] } }));
    await page.goto("/ui/traffic");
    const fault = page.getByRole("alert");
    await fault.getByText("This part of the page has an error").waitFor();
    await page.getByRole("heading", { name: "Over time" }).waitFor();
    await page.getByText("No calls yet").waitFor();
    await page.unrouteAll();
    await expect
      .poll(
        async () => {
          // What was read before is still there until it is read again.
          const again = fault.getByRole("button", { name: "Try again" });
          if (await again.isVisible()) await again.click();
          return fault.count();
        },
        { timeout: 30_000 },
      )
      .toBe(0);
    await context.close();
  });
});
