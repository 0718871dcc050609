import { readFile } from "node:fs/promises";
import { clientIds } from "@hub/api";
import { type HubProcess, until } from "@hub/testing";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { cleanStage, open, startHub as startEmptyHub, startServer } from "./stage.js";

cleanStage();

/** A hub with two servers, both up. */
async function startHub(): Promise<HubProcess> {
  const hub = await startEmptyHub();
  for (const name of ["server-1", "server-2"]) startServer(hub, name);
  await until("both servers to be up", async () => {
    const response = await fetch(`${hub.url}/servers?status=up`);
    const { servers }: { servers: unknown[] } = await response.json();
    return servers.length === 2;
  });
  return hub;
}

const fetchText = async (hub: HubProcess, path: string) => (await fetch(hub.url + path)).text();

/** Opens what can be chosen beside the client. */
const change = (page: Page) => page.getByTestId("choice").click();

/** The panel, once it shows what the hub answers. */
async function shownText(page: Page, title: string): Promise<string> {
  const region = page.getByRole("region", { name: `what ${title} is told` });
  return (await region.locator("code").textContent()) ?? "";
}

type Listed = { readonly clients: readonly { readonly id: string; readonly title: string }[] };

async function listClients(hub: HubProcess): Promise<Listed["clients"]> {
  const { clients }: Listed = await (await fetch(`${hub.url}/config`)).json();
  expect(clients.map(({ id }) => id)).toEqual([...clientIds]);
  return clients;
}

describe("the connect page", () => {
  test("every tab shows exactly what the route answers, for the hub, a selection and directly", async () => {
    const hub = await startHub();
    const clients = await listClients(hub);
    for (const query of [
      "",
      "servers=mcp-server-1",
      "servers=mcp-server-1,mcp-server-2&mode=search",
      "servers=mcp-server-1,mcp-server-2&via=direct",
    ]) {
      const page = await open(hub, `/ui/connect?${query}`);
      for (const { id, title } of clients) {
        await page.getByRole("tab", { name: title, exact: true }).click();
        const expected = await fetchText(hub, `/config/${id}?${query}`);
        expect(await shownText(page, title)).toBe(expected);
      }
      await page.context().close();
    }
  });

  test("what a person chooses stands in the URL and survives a reload", async () => {
    const hub = await startHub();
    const page = await open(hub, "/ui/connect");
    await page.getByText("Whole hub, through the hub, all tools").waitFor();
    await change(page);
    await page.getByRole("radio", { name: "Some servers" }).check();
    await page.getByText("Choose a server").waitFor();
    await page.getByRole("checkbox", { name: "MCP Server 2" }).check();
    await page.getByRole("checkbox", { name: "MCP Server 1" }).check();
    await page.getByRole("radio", { name: "Directly" }).check();
    await page.getByRole("tab", { name: "Cursor" }).click();
    const before = await shownText(page, "Cursor");
    expect(Object.keys(JSON.parse(before).mcpServers)).toEqual(["mcp-server-1", "mcp-server-2"]);
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
      client: "cursor",
      servers: "mcp-server-1,mcp-server-2",
      via: "direct",
    });
    await page.reload();
    expect(await shownText(page, "Cursor")).toBe(before);
    await page.getByText("mcp-server-1 and mcp-server-2, directly").waitFor();
    await change(page);
    expect(await page.getByRole("radio", { name: "Directly" }).isChecked()).toBe(true);
    expect(await page.getByRole("checkbox", { name: "MCP Server 1" }).isChecked()).toBe(true);
    expect(await page.getByRole("tab", { name: "Cursor" }).getAttribute("aria-selected")).toBe(
      "true",
    );
  });

  test("a toolset has an address of its own, and says itself what it shows", async () => {
    const hub = await startHub();
    await fetch(`${hub.url}/toolsets`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "Support Desk" }),
    });
    const page = await open(hub, "/ui/connect?client=cursor&via=direct&mode=search");
    await change(page);
    await page.getByRole("radio", { name: "A toolset" }).check();
    await page.getByRole("combobox", { name: "Toolset" }).selectOption("Support Desk");
    expect(JSON.parse(await shownText(page, "Cursor"))).toEqual({
      mcpServers: { "support-desk": { url: `${hub.url}/toolsets/support-desk/mcp` } },
    });
    expect(await page.getByRole("radio", { name: "Directly" }).count()).toBe(0);
  });

  test("a server that is gone from the hub is named, and can be taken out of the choice", async () => {
    const hub = await startHub();
    const page = await open(hub, "/ui/connect?servers=gone,mcp-server-1&client=codex");
    await page.getByRole("alert").getByText('No server has the id "gone"').waitFor();
    await change(page);
    await page.getByRole("checkbox", { name: "gone" }).click();
    expect(await shownText(page, "Codex")).toContain("[mcp_servers.mcp-server-1]");
  });

  test("VS Code and Cursor have install links, which hold what the text holds", async () => {
    const hub = await startHub();
    const page = await open(hub, "/ui/connect?client=vscode");
    const link = async (name: string) =>
      (await page.getByRole("link", { name, exact: true }).getAttribute("href")) ?? "";
    const code = await link("Install in VS Code");
    expect(code.startsWith("vscode:mcp/install?")).toBe(true);
    expect(JSON.parse(decodeURIComponent(code.slice(code.indexOf("?") + 1)))).toEqual({
      name: "hub",
      type: "http",
      url: `${hub.url}/mcp`,
    });
    expect(await link("Install in VS Code Insiders")).toMatch(/^vscode-insiders:mcp\/install\?/);
    await page.getByRole("tab", { name: "Cursor" }).click();
    expect(await link("Install in Cursor")).toMatch(
      /^cursor:\/\/anysphere\.cursor-deeplink\/mcp\/install\?name=hub&config=/,
    );
    await page.getByRole("tab", { name: "Codex" }).click();
    await shownText(page, "Codex");
    expect(await page.getByRole("link", { name: /Install/ }).count()).toBe(0);
  });

  test("the text is copied and saved as it is", async () => {
    const hub = await startHub();
    const page = await open(hub, "/ui/connect?client=vscode&servers=mcp-server-1");
    const expected = await fetchText(hub, "/config/vscode?servers=mcp-server-1");
    await page.getByRole("button", { name: "Copy text" }).click();
    await page.getByText("Copied").first().waitFor({ state: "attached" });
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(expected);
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save file" }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe("mcp.json");
    expect(await readFile(await download.path(), "utf8")).toBe(expected);
  });

  test("by keyboard and on a phone, all clients can be reached, and nothing is wider than the page", async () => {
    const hub = await startHub();
    const clients = await listClients(hub);
    const page = await open(hub, "/ui/connect?servers=mcp-server-1", { width: 360 });
    await page.getByRole("tab", { name: clients[0]?.title ?? "" }).focus();
    for (const { title } of clients.slice(1)) {
      await page.keyboard.press("ArrowRight");
      await shownText(page, title);
      const isWider = await page.evaluate(() => {
        const { clientWidth, scrollWidth } = document.documentElement;
        return scrollWidth > clientWidth;
      });
      expect([title, isWider]).toEqual([title, false]);
    }
  });
});
