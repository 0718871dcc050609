import type { HubProcess } from "@hub/testing";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { askMcp } from "./ask-mcp.js";
import { cleanStage, open, startHub, startServer } from "./stage.js";

cleanStage();

async function start(): Promise<{ hub: HubProcess; page: Page }> {
  const hub = await startHub();
  for (const name of ["server-1", "server-2"]) startServer(hub, name);
  const page = await open(hub);
  for (const id of ["mcp-server-1", "mcp-server-2"])
    await page.locator(`[data-server="${id}"] [data-status="up"]`).waitFor();
  await page.goto("/ui/toolsets");
  return { hub, page };
}

/** The names of the tools that an MCP client gets at the endpoint of a toolset. */
async function toolsAt(hub: HubProcess, id: string): Promise<readonly string[]> {
  // A hub answers a list at once, as JSON.
  const { result } = JSON.parse(await askMcp(hub, `/toolsets/${id}/mcp`, "tools/list")) as {
    readonly result: { readonly tools: readonly { readonly name: string }[] };
  };
  return result.tools.map(({ name }) => name);
}

const shownTools = (page: Page) => page.getByTestId("shown-tool").allTextContents();

async function put(hub: HubProcess, id: string, definition: unknown): Promise<void> {
  const response = await fetch(`${hub.url}/toolsets/${id}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(definition),
  });
  expect(response.status).toBe(200);
}

describe("toolsets in the browser", () => {
  test("one with a renamed tool is made, previewed as clients see it, edited and deleted", async () => {
    const { hub, page } = await start();
    await page.getByRole("link", { name: "New toolset" }).first().click();
    await page.getByLabel("Name", { exact: true }).fill("Support desk");
    await page.locator('[data-branch="mcp-server-1"]').click();
    await page.locator('[data-tool="convert_temperature"]').click();
    await page.locator('[data-branch="mcp-server-2"] [data-box]').click();
    await page.getByRole("button", { name: "Rename convert_temperature" }).click();
    const name = page.getByLabel("Name for clients");
    await name.fill("no spaces allowed");
    const dialog = page.getByRole("dialog");
    await dialog
      .getByText(/must be 1-64 characters/)
      .first()
      .waitFor();
    await name.fill("to_fahrenheit");
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByTestId("shown-tool").getByText("to_fahrenheit", { exact: true }).waitFor();
    await page.locator('[data-testid="preview"][data-waiting="false"]').waitFor();
    const previewed = await shownTools(page);
    await page.getByRole("button", { name: "Create toolset" }).click();

    const row = page.locator('[data-toolset="support-desk"]');
    await row.getByText(`${previewed.length} tools`, { exact: true }).waitFor();
    const real = await toolsAt(hub, "support-desk");
    expect(real).toEqual(previewed);
    expect(real).toContain("to_fahrenheit");
    expect(real.some((one) => one.startsWith("mcp-server-2__"))).toBe(true);
    expect(real).not.toContain("mcp-server-1__greet1");

    await row.getByRole("link", { name: "Edit Support desk" }).click();
    await page.locator('[data-branch="mcp-server-2"] [data-box]').click();
    await page.getByRole("button", { name: "Save changes" }).click();
    await row.getByText("1 tool", { exact: true }).waitFor();
    expect(await toolsAt(hub, "support-desk")).toEqual(["to_fahrenheit"]);

    await row.getByRole("button", { name: "Delete Support desk" }).click();
    await page.getByRole("button", { name: "Delete toolset" }).click();
    await page.getByText("No toolset yet").waitFor();
    expect(await (await fetch(`${hub.url}/toolsets`)).json()).toEqual({ toolsets: [] });
  });

  test("the list asks what each toolset costs when something happens, and not by the clock", async () => {
    const { hub, page } = await start();
    for (const id of ["one", "two"])
      await fetch(`${hub.url}/toolsets`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ id, name: id }),
      });
    await page.clock.install();
    let asked = 0;
    page.on("request", (request) => {
      if (request.url().includes("/toolsets/preview")) asked += 1;
    });
    await page.goto("/ui/toolsets");
    for (const id of ["one", "two"])
      await page.locator(`[data-toolset="${id}"]`).getByTestId("cost").waitFor();
    const first = asked;
    // The list itself is read by the clock, so its answer shows that the time went by.
    const list = page.waitForResponse((response) => response.url().endsWith("/toolsets"));
    await page.clock.runFor(60_000);
    await list;
    expect(asked).toBe(first);
    const more = startServer(hub, "server-3");
    await hub.status("mcp-server-3", "up");
    await expect
      .poll(async () => {
        await page.clock.runFor(1_000);
        return asked;
      })
      .toBeGreaterThan(first);
    await more.kill("SIGKILL");
  });

  test("two people at one: the second is told, keeps what was typed, and decides", async () => {
    const { hub, page } = await start();
    await fetch(`${hub.url}/toolsets`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ id: "new", name: "Desk" }),
    });
    await page.goto("/ui/toolsets/new");
    await page.locator("main summary").click();
    const description = page.getByLabel("Description", { exact: true });
    await description.fill("Mine");
    await put(hub, "new", { name: "Desk of theirs" });
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("They changed: name.").waitFor();
    expect(await description.inputValue()).toBe("Mine");
    expect(await (await fetch(`${hub.url}/toolsets/new`)).json()).toMatchObject({
      name: "Desk of theirs",
    });
    await page.getByRole("button", { name: "Replace theirs with mine" }).click();
    await page.getByRole("link", { name: "Desk", exact: true }).waitFor();
    expect(await (await fetch(`${hub.url}/toolsets/new`)).json()).toMatchObject({
      name: "Desk",
      description: "Mine",
    });
  });

  test("Enter while looking for a server or a tool saves nothing", async () => {
    const { hub, page } = await start();
    await page.getByRole("link", { name: "New toolset" }).first().click();
    await page.getByLabel("Name", { exact: true }).fill("Half made");
    const saved: string[] = [];
    page.on("request", (request) => {
      if (request.method() === "POST" && request.url() === `${hub.url}/toolsets`)
        saved.push(request.url());
    });
    await page.locator('[data-branch="mcp-server-1"] [data-box]').click();
    const find = page.getByLabel("Find a server or a tool");
    await find.fill("Server 2");
    await find.press("Enter");
    await page.getByRole("treeitem", { name: /^All servers/ }).waitFor({ state: "detached" });
    expect(saved).toEqual([]);
    expect(await (await fetch(`${hub.url}/toolsets`)).json()).toEqual({ toolsets: [] });
    await page.getByRole("button", { name: "Create toolset" }).click();
    await page.locator('[data-toolset="half-made"]').waitFor();
  });

  test("nobody leaves what is not saved without being asked", async () => {
    const { page } = await start();
    await page.getByRole("link", { name: "New toolset" }).first().click();
    await page.getByLabel("Name", { exact: true }).fill("Half done");
    await page.getByRole("link", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Stay here" }).click();
    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("Half done");
    await page.getByRole("link", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Leave", exact: true }).click();
    await page.getByText("No toolset yet").waitFor();
  });
});
