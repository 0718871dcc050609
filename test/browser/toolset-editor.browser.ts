import { closeServers, type HubProcess } from "@hub/testing";
import type { Page } from "playwright-core";
import { afterEach, describe, expect, test } from "vitest";
import { layoutFaults } from "./layout-faults.js";
import { longTasks, watchTasks } from "./long-tasks.js";
import { isLoaded } from "./page.js";
import { registerMany } from "./servers/many-tools.js";
import { cleanStage, open, startHub } from "./stage.js";
import { Hands } from "./tasks/hands.js";
import { violations } from "./violations.js";

cleanStage();
afterEach(closeServers);

const line = (page: Page, name: string) =>
  page.getByRole("treeitem", { name: new RegExp(`^${name}\\b`) });
const count = (page: Page) => page.getByTestId("tool-count");

async function saved(hub: HubProcess, id: string): Promise<unknown> {
  return (await fetch(`${hub.url}/toolsets/${id}`)).json();
}

describe("the editor of toolsets", { timeout: 300_000 }, () => {
  test("from the overview, one under 128 tools is made in five steps", async () => {
    const hub = await startHub();
    await registerMany(hub, 15, 10);
    const page = await open(hub);
    const hands = new Hands(page);
    await hands.click(page.getByRole("link", { name: "Toolsets" }));
    await hands.click(page.getByRole("link", { name: "New toolset" }));
    await line(page, "bulk-3").waitFor();
    await hands.type("desk");
    await hands.click(line(page, "bulk-3").locator("[data-box]"));
    await hands.click(page.getByRole("button", { name: "Create toolset" }));
    await page.locator('[data-toolset="desk"]').waitFor();
    // The name is one group of keys.
    expect(hands.clicks + 1).toBe(5);
    expect(await saved(hub, "desk")).toMatchObject({ servers: ["bulk-3"], deny: [] });
    expect(await saved(hub, "desk")).not.toHaveProperty("allow");
  });

  test("is half as long as it was, and says which hosts do not take what it holds", async () => {
    const hub = await startHub();
    await registerMany(hub, 15, 10);
    const page = await open(hub, "/ui/toolsets?new=yes");
    await line(page, "bulk-14").waitFor({ state: "attached" });
    await page.getByText("All servers, those to come too").click();
    await count(page).getByText("150 tools").waitFor();
    const bar = page.getByTestId("size-bar");
    await bar.getByText("More tools than Cursor (80), Windsurf (100) and VS Code (128)").waitFor();
    const before = { width: 1_280, height: 2_056 };
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    expect(height).toBeLessThanOrEqual(before.height / 2);
    for (const [width, tall] of [
      [390, 844],
      [1_280, 900],
      [1_920, 1_080],
    ] as const) {
      await page.setViewportSize({ width, height: tall });
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        expect([width, await page.evaluate(layoutFaults)]).toEqual([width, []]);
        expect([width, await violations(page)]).toEqual([width, []]);
        expect(await bar.isVisible()).toBe(true);
      }
    }
    await page.setViewportSize({ width: 1_280, height: 900 });
    await page.locator("summary", { hasText: "More: " }).click();
    await page.getByLabel("Repeat it if the tool is safe").check();
    await page.getByText("safe calls repeated").waitFor();
    await bar.getByRole("button", { name: "Use search mode" }).click();
    await bar.getByText("behind 3 of the hub's").waitFor();
    expect(await bar.getByRole("status").count()).toBe(0);
  });

  test("one tool is left out, another one renamed, by keyboard alone", async () => {
    const hub = await startHub();
    await registerMany(hub, 3, 4);
    const page = await open(hub, "/ui/toolsets?new=yes");
    await line(page, "bulk-1").waitFor();
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const tree = page.getByRole("tree", { name: "Servers and their tools" });
    const active = () =>
      tree.evaluate(
        (element) =>
          document.getElementById(element.getAttribute("aria-activedescendant") ?? "")
            ?.textContent ?? "",
      );
    await page.keyboard.type("keys");
    await press("Tab", "Tab", "Tab");
    expect(await tree.evaluate((element) => element === document.activeElement)).toBe(true);
    await press("ArrowDown", "ArrowDown");
    expect(await active()).toBe("bulk-10 of 4 tools");
    await press("Space", "ArrowRight");
    await line(page, "task_3").waitFor();
    await press("ArrowRight", "ArrowDown", "Space");
    expect(await active()).toMatch(/^task_1/);
    expect(await line(page, "bulk-1").getAttribute("aria-checked")).toBe("mixed");
    await press("ArrowDown", "F2");
    const name = page.getByLabel("Name for clients");
    await name.waitFor();
    await name.focus();
    await page.keyboard.type("work");
    await press("Escape");
    await press("ArrowLeft");
    expect(await active()).toBe("bulk-13 of 4 tools");
    await press("ArrowLeft");
    expect(await line(page, "task_1").count()).toBe(0);
    await press("End");
    expect(await active()).toBe("bulk-20 of 4 tools");
    await press("Home", "Enter");
    expect(await line(page, "All servers").getAttribute("aria-checked")).toBe("true");
    await press("Enter");
    expect(await line(page, "bulk-1").getAttribute("aria-checked")).toBe("false");
    await press(
      "ArrowDown",
      "ArrowDown",
      "Space",
      "ArrowRight",
      "ArrowRight",
      "ArrowDown",
      "Space",
    );
    await page.getByRole("button", { name: "Create toolset" }).press("Enter");
    await page.locator('[data-toolset="keys"]').waitFor();
    expect(await saved(hub, "keys")).toMatchObject({
      servers: ["bulk-1"],
      deny: ["bulk-1/task_1"],
      overrides: { "bulk-1/task_2": { name: "work" } },
    });
  });

  test("a search finds tools of all servers, and none chosen is told before it is sent", async () => {
    const hub = await startHub();
    await registerMany(hub, 3, 4);
    const page = await open(hub, "/ui/toolsets?new=yes");
    await line(page, "bulk-1").waitFor();
    await page.keyboard.type("found");
    await page.getByRole("button", { name: "Create toolset" }).click();
    await page.getByText("Choose a server or a tool").waitFor();
    await page.getByLabel("Find a server or a tool").fill("piece 2 of the work");
    await line(page, "task_2").first().waitFor();
    expect(await line(page, "All servers").count()).toBe(0);
    await line(page, "task_2").first().click();
    await page.getByRole("button", { name: "Create toolset" }).click();
    await page.locator('[data-toolset="found"]').waitFor();
    expect(await saved(hub, "found")).toMatchObject({ allow: [expect.stringMatching(/task_2$/)] });
  });

  test("500 servers with 10,000 tools: no long task while one opens, chooses and scrolls", async () => {
    const hub = await startHub({ MCP_HUB_PROBE_UP_MS: "600000" });
    await registerMany(hub, 500, 20);
    const page = await open(hub, "/ui/toolsets?new=yes");
    await line(page, "bulk-0").waitFor();
    await isLoaded(page);
    await page.getByText("All servers, those to come too").click();
    await count(page).getByText("10,000 tools").waitFor();
    await watchTasks(page);
    const tree = page.getByRole("tree");
    await tree.focus();
    for (const key of ["ArrowDown", "ArrowRight"]) await page.keyboard.press(key);
    await line(page, "task_0").waitFor();
    for (const key of ["ArrowRight", "Space", "End", "Home", "PageDown"])
      await page.keyboard.press(key);
    await tree.evaluate(async (element) => {
      for (let top = 0; top < element.scrollHeight; top += 2_000) {
        element.scrollTop = top;
        await new Promise((done) => requestAnimationFrame(done));
      }
    });
    await count(page).getByText("9,999 tools").waitFor();
    expect(await tree.getByRole("treeitem").count()).toBeLessThan(60);
    expect(await longTasks(page)).toEqual([]);
  });
});
