import { until } from "@hub/testing";
import { expect } from "vitest";
import { type Day, manyTools, order, token } from "./day.js";
import type { Hands } from "./hands.js";

type Task = (hands: Hands, day: Day) => Promise<unknown>;

/** The way to a server whose card is seen. */
const toServer = (hands: Hands, id: string) =>
  hands.click(hands.page.locator(`[data-server="${id}"] h2 a`));

/** Each begins at the page that one sees first, and ends when one has seen, or the hub says, that it is done. */
export const tasks: Readonly<Record<string, Task>> = {
  "find the one that is down, and why": async ({ page }, { deadPort }) => {
    const concern = page.locator('[data-of="payments"]');
    await concern.locator('[data-status="down"]').waitFor();
    await concern.getByText(new RegExp(`listens.*${deadPort}`)).waitFor();
  },
  "find what changed yesterday": async ({ page }) => {
    const yesterday = page.getByRole("list", { name: "Yesterday" });
    await yesterday
      .locator('[data-happened="workshop"]')
      .getByText("1 removed (old_stock)")
      .waitFor();
  },
  "read the last hour's errors": async ({ page }) => {
    const failed = page.getByRole("list", { name: "What failed" }).getByRole("listitem");
    await failed.filter({ hasText: "refund of Billing" }).waitFor();
    expect(await failed.allTextContents()).toEqual([
      expect.stringMatching(/refund of Billing1×The tool itself failed. Called by desk .*ago/),
    ]);
  },
  "see who calls billing": async (hands) => {
    await toServer(hands, "billing");
    await hands.page.getByRole("list", { name: "Clients" }).getByText("desk").waitFor();
  },
  "call a tool with nested arguments": async (hands, { billed }) => {
    const { page } = hands;
    await hands.click(page.locator('[data-server="billing"]').getByText("create_invoice"));
    await page.getByRole("form", { name: "Call create_invoice" }).waitFor();
    await hands.paste(JSON.stringify(order));
    await hands.press("Enter");
    await page.getByText("Invoice for Ada").first().waitFor();
    expect(billed).toEqual([order]);
  },
  "connect Cursor to two servers": async (hands, { hub }) => {
    const { page } = hands;
    await hands.click(page.getByRole("link", { name: "Connect", exact: true }));
    for (const name of ["Billing", "MCP Server 1"])
      await hands.click(page.getByRole("button", { name, exact: true }));
    await hands.click(page.getByRole("tab", { name: "Cursor" }));
    await hands.click(page.getByRole("button", { name: "Copy text" }));
    const wanted = await fetch(`${hub.url}/config/cursor?servers=billing,mcp-server-1`);
    expect(await hands.clipboard()).toBe(await wanted.text());
  },
  "make a toolset under 128 tools": async (hands, { hub }) => {
    const { page } = hands;
    await hands.click(page.getByRole("link", { name: "Toolsets" }));
    await hands.click(page.getByRole("link", { name: "New toolset" }));
    for (const id of ["billing", "mcp-server-1"])
      await hands.click(page.locator(`[data-branch="${id}"] [data-box]`));
    await hands.click(page.getByRole("button", { name: "Create toolset" }));
    const size = page.locator("[data-toolset]").getByText(/\d+ tools/);
    const tools = Number.parseInt((await size.textContent()) ?? "", 10);
    expect(tools).toBeGreaterThan(2);
    expect(tools).toBeLessThan(128);
    const all = (await hub.servers()).reduce((sum, one) => sum + (one.capabilities?.tools ?? 0), 0);
    expect(all).toBeGreaterThan(manyTools);
  },
  "give a server its token": async (hands, { hub }) => {
    const { page } = hands;
    await hands.click(page.locator('[data-of="guarded"]').getByRole("link", { name: /token/ }));
    await hands.click(page.locator('main input[type="password"]'));
    await hands.paste(token);
    await hands.press("Enter");
    await hub.status("guarded", "up");
  },
  "hide a server": async (hands, { hub }) => {
    await toServer(hands, "mcp-server-3");
    await hands.click(hands.page.getByRole("button", { name: "Hide", exact: true }));
    await until("the server to be in no list", async () =>
      (await hub.servers()).every(({ id }) => id !== "mcp-server-3"),
    );
  },
  "add a server by URL": async (hands, { hub, unknown }) => {
    const { page } = hands;
    await hands.click(page.getByRole("link", { name: "Add server" }));
    await page.getByLabel("URL of the server").waitFor();
    await hands.paste(unknown);
    await page.getByTestId("verdict").locator('[data-step="mcp"][data-state="ok"]').waitFor();
    await expect.poll(() => page.getByLabel("Name").inputValue()).toBe("Tides");
    await hands.press("Enter");
    await hub.status("tides", "up");
  },
};
