import { describe, expect, test } from "vitest";
import { cleanStage, open, startHub, startServer } from "./stage.js";

cleanStage();

describe("the servers page", () => {
  test("an empty hub shows the quick start, and the first server takes its place by itself", async () => {
    const hub = await startHub();
    const page = await open(hub);
    await page.getByRole("heading", { name: "No server has registered yet" }).waitFor();
    await page.getByText("Listening for the first server").waitFor();
    await page.getByRole("button", { name: "Copy the command for the demo" }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      `MCP_HUB_URL=${hub.url} npm run demo:servers`,
    );
    startServer(hub, "server-1");
    await page.locator("[data-server]").getByRole("link", { name: "MCP Server 1" }).waitFor();
    await page.locator('[data-server="mcp-server-1"] [data-status="up"]').waitFor();
    await page.getByRole("heading", { name: "All is well with one server" }).waitFor();
    expect(await page.locator('[data-count="up"]').textContent()).toBe("1up");
  });

  test("a server that is killed is seen to go, without a reload", async () => {
    const hub = await startHub();
    const server = startServer(hub, "server-1");
    const page = await open(hub, "/ui/servers");
    const card = page.locator('[data-server="mcp-server-1"]');
    await card.locator('[data-status="up"]').waitFor();
    await page.evaluate(() => document.body.setAttribute("data-same-page", ""));
    await server.kill("SIGKILL");
    await card.locator('[data-status="unreachable"], [data-status="down"]').waitFor();
    expect(await page.locator("body[data-same-page]").count()).toBe(1);
  });

  test("search and filters narrow the list, stand in the URL, and find servers by their tools", async () => {
    const hub = await startHub();
    for (const name of ["server-1", "server-2", "server-3"]) startServer(hub, name);
    const page = await open(hub, "/ui/servers");
    const count = page.getByTestId("count");
    await page.getByText("3 servers").waitFor();
    for (const id of ["mcp-server-1", "mcp-server-2", "mcp-server-3"])
      await page.locator(`[data-server="${id}"] [data-status="up"]`).waitFor();

    await page.getByRole("searchbox").fill("convert_temperature");
    await page.getByText("1 of 3 servers").waitFor();
    await page.locator("[data-server] code").getByText("convert_temperature").waitFor();
    expect(new URL(page.url()).searchParams.get("q")).toBe("convert_temperature");
    await page.reload();
    await page.getByText("1 of 3 servers").waitFor();
    // Letter by letter, as people type: none may be lost on the way through the URL.
    await page.getByRole("searchbox").fill("");
    await page.getByRole("searchbox").pressSequentially("convert_temperature");
    expect(await page.getByRole("searchbox").inputValue()).toBe("convert_temperature");
    await page.getByText("1 of 3 servers").waitFor();
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByText("3 servers", { exact: true }).waitFor();

    await page.getByRole("combobox", { name: "Tag" }).selectOption("sdk-v1");
    await page.getByText("1 of 3 servers").waitFor();
    await page.goto("/ui/servers?q=nothing-like-it");
    await page.getByText("No matching server").waitFor();
    await page.getByRole("button", { name: "Show all 3" }).click();
    expect(await count.textContent()).toBe("3 servers");

    await page.getByRole("button", { name: "Table" }).click();
    await page.getByRole("row", { name: /MCP Server 2/ }).waitFor();
    expect(new URL(page.url()).searchParams.get("view")).toBe("table");
  });

  test("the hub restarts under an open page, which says so and recovers", async () => {
    const hub = await startHub();
    startServer(hub, "server-1");
    const page = await open(hub, "/ui/servers");
    await page.locator('[data-server="mcp-server-1"] [data-status="up"]').waitFor();
    await hub.program.kill("SIGKILL");
    await page.getByText("The hub does not answer.").waitFor();
    // What was known stays to be seen.
    expect(await page.locator('[data-server="mcp-server-1"]').count()).toBe(1);
    await hub.restart();
    await page.getByText("The hub does not answer.").waitFor({ state: "detached" });
    startServer(hub, "server-2");
    await page.locator('[data-server="mcp-server-2"] [data-status="up"]').waitFor();
    await page.locator('[data-server="mcp-server-1"] [data-status="up"]').waitFor();
  });
});

describe("the keyboard", () => {
  test("the palette goes to a server and a tool, / searches, ? explains, g goes to pages", async () => {
    const hub = await startHub();
    startServer(hub, "server-1");
    const page = await open(hub, "/ui/servers");
    await page.locator('[data-server="mcp-server-1"] [data-status="up"]').waitFor();

    await page.keyboard.press("/");
    expect(
      await page.getByRole("searchbox").evaluate((one) => one === document.activeElement),
    ).toBe(true);
    await page.keyboard.press("Control+k");
    const field = page.getByRole("combobox", { name: "Server, tool or page" });
    await field.fill("convert");
    const option = page.getByRole("option", { name: /convert_temperature/ });
    await option.waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL("**/ui/servers/mcp-server-1?tab=tools&item=convert_temperature");
    // Until the page is there, the one before is, with its search field.
    await page.getByRole("heading", { name: "convert_temperature" }).waitFor();

    await page.keyboard.press("Control+k");
    await field.fill("probe mcp server 1");
    await page.getByRole("option", { name: "Probe MCP Server 1" }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByText("MCP Server 1: Probed: it answers.").waitFor();
    await page.keyboard.press("Control+k");
    await field.fill("theme: dark");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
    await page.keyboard.press("Control+k");
    await field.fill("zzz");
    await page.getByText("No match for “zzz”.").waitFor();
    await page.keyboard.press("Escape");
    await field.waitFor({ state: "detached" });

    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("g");
    await page.keyboard.press("w");
    await page.waitForURL("**/ui/wall");
  });

  test("a key pressed in the very moment in which a dialog closes is heard", async () => {
    const hub = await startHub();
    const page = await open(hub, "/ui/servers");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("listbox", { name: "Matches" }).waitFor();
    const focused = await page.evaluate(() => {
      document.querySelector("dialog")?.close();
      const element = document.activeElement ?? document.body;
      element.dispatchEvent(new KeyboardEvent("keydown", { key: "?", bubbles: true }));
      return element.tagName;
    });
    // The field of the closed dialog, which nobody sees any more.
    expect(focused).toBe("INPUT");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    // The dialog of before is told to have closed when the next one, of the same kind, is asked for already.
    await page.evaluate(() => {
      document.querySelector<HTMLDialogElement>("dialog[open]")?.close();
      document.dispatchEvent(new KeyboardEvent("keydown", { key: "?", bubbles: true }));
    });
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await page.keyboard.press("?");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor({ state: "detached" });
  });

  test("the theme is kept, and follows the system until one is chosen", async () => {
    const hub = await startHub();
    const page = await open(hub, "/", { theme: "dark" });
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    await page.getByRole("button", { name: "Theme: system. Switch to light" }).waitFor();
    expect(await theme()).toBe("dark");
    await page.getByRole("button", { name: "Theme: system. Switch to light" }).click();
    expect(await theme()).toBe("light");
    await page.reload();
    await page.getByRole("button", { name: "Theme: light. Switch to dark" }).waitFor();
    expect(await theme()).toBe("light");
  });
});
