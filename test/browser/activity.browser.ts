import { readFileSync } from "node:fs";
import type { EventList } from "@hub/api";
import type { HubProcess } from "@hub/testing";
import type { Locator } from "playwright-core";
import { describe, expect, test } from "vitest";
import { askMcp } from "./ask-mcp.js";
import { expectToFitEveryScreen } from "./every-screen.js";
import { cleanStage, open, startHub, startServer } from "./stage.js";
import { Hands } from "./tasks/hands.js";

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
    await page.getByLabel("Server", { exact: true }).selectOption("one-1");
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

describe("the activity page, by day", () => {
  test("what changed yesterday is two steps away, under its day, folded, with what it means", async () => {
    const hub = await startHub();
    await registerMany(hub, "shop", 2);
    await hub.status("shop-0", "unreachable");
    const page = await open(hub);
    // The journal as it will be read tomorrow: all of it a day older.
    await page.route(/\/events\?.*limit=/, async (route) => {
      const accept = { accept: "application/json" };
      const response = await fetch(route.request().url(), { headers: accept });
      const { events, ...rest } = (await response.json()) as EventList; // as its description says
      const older = events.map((event) => ({
        ...event,
        at: new Date(Date.parse(event.at) - 86_400_000).toISOString(),
      }));
      await route.fulfill({ json: { ...rest, events: older } });
    });
    const hands = new Hands(page);
    await hands.click(page.getByRole("link", { name: "Activity" }));
    await hands.click(page.getByRole("button", { name: "Yesterday" }));
    await page.waitForURL(/on=\d{4}-\d{2}-\d{2}/);
    await page.getByRole("heading", { level: 2, name: "Yesterday" }).waitFor();
    const out = page.locator("[data-event]").filter({ hasText: "shop 0 became unreachable" });
    await out.getByText("Calls to it fail until it is back.").waitFor();
    expect(hands.clicks + hands.keys).toBeLessThanOrEqual(5);

    await page.getByLabel("Find in events").fill("shop-1 registered.");
    await page.waitForURL(/q=/);
    await expect.poll(() => page.locator("[data-event]").count()).toBe(1);
    await page.reload();
    await page.getByText("shop 1 registered.").waitFor();
    await page.getByRole("button", { name: "Without the filter Yesterday" }).click();
    await expect.poll(() => page.url()).not.toContain("on=");
    await page.getByRole("button", { name: "Today" }).click();
    await page.getByText("No event fits all of these filters.").waitFor();
    await page.getByRole("button", { name: "All events" }).click();
    await expect.poll(() => new URL(page.url()).search).toBe("");
    await page.unrouteAll({ behavior: "ignoreErrors" });
  });

  test("what happens again and again is one line, which opens", async () => {
    const hub = await startHub();
    const page = await open(hub, "/ui/activity");
    const edit = (description: string) =>
      fetch(`${hub.url}/servers/shop-0`, {
        method: "PATCH",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ description }),
      });
    await registerMany(hub, "shop", 1);
    for (const text of ["one", "two", "three"]) expect((await edit(text)).status).toBe(200);
    await page.goto("/ui/activity?kind=edited");
    const row = page.locator("[data-event]");
    await row.getByText(/3 events since/).click();
    await expect.poll(() => row.getByRole("listitem").count()).toBe(3);
    await expectToFitEveryScreen(page);
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
    await expect.poll(() => figures(row)).toEqual(["1", "1 (100 %)1 tool error"]);
    const total = page.locator('tbody[data-server="mcp-server-1"] [data-total]');
    await expect.poll(() => figures(total)).toEqual(["2", "1 (50 %)1 tool error"]);
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

  test("charts can be zoomed into by keys and by dragging, read as tables, and left again", async () => {
    const hub = await startHub();
    startServer(hub, "server-1");
    await hub.status("mcp-server-1", "up");
    await call(hub, "mcp-server-1__greet1", { name: "Ada" });
    await call(hub, "mcp-server-1__convert_temperature", { value: "no number" });
    const page = await open(hub, "/ui/traffic");
    await page.getByRole("img", { name: "The last hour: 2 calls, 1 error." }).waitFor();
    const chart = page.locator('[data-chart="Calls and errors"]');
    await chart.getByText("As a table").click();
    const table = page.getByRole("region", { name: "Calls and errors, as a table" });
    await table.getByRole("columnheader", { name: "Tool error" }).waitFor();
    const sum = async (column: number) => {
      const cells = await table.locator(`tbody tr td:nth-of-type(${column})`).allTextContents();
      return cells.reduce((all, cell) => all + Number(cell), 0);
    };
    // No answer, refused, tool error, OK.
    expect([await sum(1), await sum(2), await sum(3), await sum(4)]).toEqual([0, 0, 1, 1]);

    const time = page.getByRole("slider", { name: "Time in Calls and errors" });
    await time.focus();
    for (let step = 0; step < 9; step += 1) await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("Enter");
    await page.waitForURL(/from=.*until=/);
    await expect.poll(() => time.getAttribute("aria-valuemax")).toBe("10");
    await page.getByRole("img", { name: "The time shown: 2 calls, 1 error." }).waitFor();
    await page.getByRole("button", { name: "Zoom out" }).click();
    await expect.poll(() => page.url()).not.toContain("from=");

    await expect
      .poll(async () => Number(await time.getAttribute("aria-valuemax")))
      .toBeGreaterThan(59);
    const box = await time.boundingBox();
    if (box === null) throw new Error("It cannot be seen.");
    await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.99, box.y + 40);
    await page.mouse.up();
    await page.waitForURL(/from=.*until=/);
    await page.getByRole("button", { name: "30 days" }).click();
    await page.waitForURL(/range=30d/);
    expect(page.url()).not.toContain("from=");
    await page.getByRole("img", { name: "The last 30 days: 2 calls, 1 error." }).waitFor();
    expect(await page.getByRole("button", { name: "30 days" }).getAttribute("aria-pressed")).toBe(
      "true",
    );
  });
});
