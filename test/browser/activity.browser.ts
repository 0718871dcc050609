import { readFileSync } from "node:fs";
import type { HubProcess } from "@hub/testing";
import type { Locator } from "playwright-core";
import { describe, expect, test } from "vitest";
import { askMcp } from "./ask-mcp.js";
import { cleanStage, open, startHub, startServer } from "./stage.js";

cleanStage();

/** Registers servers that nobody runs; each makes some events of its own. */
async function registerMany(hub: HubProcess, prefix: string, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1)
    await hub.register({
      name: `${prefix} ${index}`,
      transport: "streamable-http",
      endpoint: `http://127.0.0.1:9/${prefix}${index}`,
    });
}

describe("the activity page", () => {
  test("tells live and in plain words what a server does", async () => {
    const hub = await startHub();
    const page = await open(hub, "/ui/activity");
    await page.getByText("No events").waitFor();
    const server = startServer(hub, "server-1");
    const events = page.locator("[data-event]");
    await events.filter({ hasText: "MCP Server 1 registered." }).waitFor();
    await events.filter({ hasText: /MCP Server 1 offers \d+ tools/ }).waitFor();
    await events.filter({ hasText: "MCP Server 1 is up" }).waitFor();
    await server.kill("SIGKILL");
    const lost = events.filter({ hasText: "MCP Server 1 became unreachable: " }).first();
    await lost.waitFor();
    await lost.getByText("Fix:").waitFor();
    // The newest stands on top.
    const numbers = await events.evaluateAll((all) =>
      all.map((one) => Number(one.getAttribute("data-event"))),
    );
    expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
    // By its number: it may be lost a second time meanwhile.
    const row = page.locator(`[data-event="${await lost.getAttribute("data-event")}"]`);
    await row.getByRole("button", { name: /^JSON/ }).click();
    await row.getByText('"kind": "status-changed"').waitFor();
  });

  test("a pause collects what comes, and shows it when it ends", async () => {
    const hub = await startHub();
    await registerMany(hub, "early", 1);
    const page = await open(hub, "/ui/activity?kind=registered");
    await page.getByText("early 0 registered.").waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await registerMany(hub, "late", 3);
    await page.getByRole("button", { name: "3 new events" }).waitFor();
    expect(await page.getByText("late 2 registered.").count()).toBe(0);
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByText("late 2 registered.").waitFor();
    expect(await page.locator("[data-event]").count()).toBe(4);
    await registerMany(hub, "last", 1);
    await page.getByText("last 0 registered.").waitFor();
  });

  test("filters by kind and server, in the URL", async () => {
    const hub = await startHub();
    await registerMany(hub, "one", 2);
    await hub.status("one-0", "unreachable");
    await hub.status("one-1", "unreachable");
    const page = await open(hub, "/ui/activity");
    await page.getByText("one 1 registered.").waitFor();
    await page.getByRole("button", { name: "Registered" }).click();
    await page.waitForURL("**/ui/activity?kind=registered");
    await page
      .getByText(/became unreachable/)
      .first()
      .waitFor({ state: "detached" });
    await page.getByLabel("Server").selectOption("one-1");
    await page.waitForURL("**kind=registered&server=one-1");
    await expect.poll(() => page.locator("[data-event]").count()).toBe(1);
    await page.getByRole("button", { name: "Status" }).click();
    await page.waitForURL("**server=one-1**");
    await page
      .getByText(/one 1 became unreachable/)
      .first()
      .waitFor();
    await page.reload();
    await page
      .getByText(/one 1 became unreachable/)
      .first()
      .waitFor();
    expect(
      await page.getByRole("button", { name: "Registered" }).getAttribute("aria-pressed"),
    ).toBe("true");
  });

  test("goes back through pages, and exports all that the filter selects as the API has it", async () => {
    const hub = await startHub();
    await registerMany(hub, "many", 130);
    const page = await open(hub, "/ui/activity?kind=registered");
    await page.getByText("many 129 registered.").waitFor();
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    const bottom = async () => {
      await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
      return page.getByText("many 0 registered.").count();
    };
    await expect.poll(bottom, { timeout: 10_000 }).toBe(1);
    await page.getByText("all events that the hub has kept").waitFor();
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export JSON" }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toMatch(/^mcp-hub-events-.*\.json$/);
    const exported: unknown = JSON.parse(readFileSync(await download.path(), "utf8"));
    expect(exported).toEqual({ events: await hub.events("?limit=1000&kind=registered") });
    await page.getByText("Exported 130 events.").waitFor();
  });
});

const call = (hub: HubProcess, name: string, given: object) =>
  askMcp(hub, "/mcp", "tools/call", { name, arguments: given });

describe("the traffic page", () => {
  test("shows real calls and errors by server and tool, in a chart, and as a list", async () => {
    const hub = await startHub();
    startServer(hub, "server-1");
    startServer(hub, "server-2");
    await hub.status("mcp-server-1", "up");
    await hub.status("mcp-server-2", "up");
    const page = await open(hub, "/ui/traffic");
    await page.getByText("No calls yet").first().waitFor();
    for (let count = 0; count < 3; count += 1)
      await call(hub, "mcp-server-2__count_words", { text: "a b c" });
    await call(hub, "mcp-server-1__greet1", { name: "Ada" });
    await call(hub, "mcp-server-1__convert_temperature", { value: "no number" });

    const row = page.locator('[data-row="convert_temperature"]');
    await row.waitFor();
    const figures = async (of: Locator) => (await of.locator("td").allTextContents()).slice(1, 3);
    await expect.poll(() => figures(row)).toEqual(["1", "1 (100 %)"]);
    const total = page.locator('tbody[data-server="mcp-server-1"] [data-total]');
    await expect.poll(() => figures(total)).toEqual(["2", "1 (50 %)"]);
    await page.getByRole("img", { name: /^The last hour: 5 calls, 1 error\./ }).waitFor();
    const outcomes = (outcome: string) => page.locator(`[data-outcome="${outcome}"]`).count();
    await expect.poll(() => outcomes("ok")).toBe(4);
    await expect.poll(() => outcomes("tool-error")).toBe(1);

    const order = () =>
      page
        .locator("tbody[data-server]")
        .evaluateAll((all) => all.map((one) => one.getAttribute("data-server")));
    await expect.poll(order).toEqual(["mcp-server-2", "mcp-server-1"]);
    await page.getByRole("button", { name: "Errors" }).click();
    await page.waitForURL("**sort=errors**");
    await expect.poll(order).toEqual(["mcp-server-1", "mcp-server-2"]);
    await page.getByLabel("Server", { exact: true }).selectOption("mcp-server-2");
    await page.waitForURL("**server=mcp-server-2**");
    await page.getByRole("img", { name: /^The last hour: 3 calls, 0 errors\./ }).waitFor();
    await expect.poll(order).toEqual(["mcp-server-2"]);
  });
});
