import type { HubProcess } from "@hub/testing";
import { describe, expect, test } from "vitest";
import { cleanStage, open as openStage, startHub, startServer } from "./stage.js";

cleanStage();

const open = (hub: HubProcess, size: { width?: number; height?: number } = {}, query = "") =>
  openStage(hub, `/ui/wall${query}`, size);

describe("the wallboard", () => {
  test("shows at once when a server dies, bigger and first, and counts it", async () => {
    const hub = await startHub();
    startServer(hub, "server-1");
    const dying = startServer(hub, "server-2");
    startServer(hub, "server-3");
    const page = await open(hub);
    await page.locator('[data-count="up"]', { hasText: "3 up" }).waitFor();
    const tile = page.locator('li[data-server="mcp-server-2"]');
    await tile.getByText("Up", { exact: true }).waitFor();
    await dying.kill("SIGKILL");
    await page
      .locator(
        'li[data-server="mcp-server-2"][data-status="unreachable"], li[data-server="mcp-server-2"][data-status="down"]',
      )
      .waitFor();
    await page.locator('[data-count="up"]', { hasText: "2 up" }).waitFor();
    expect(await page.locator("li[data-server]").first().getAttribute("data-server")).toBe(
      "mcp-server-2",
    );
    const areaOf = async (id: string) => {
      const box = await page.locator(`li[data-server="${id}"]`).boundingBox();
      return (box?.width ?? 0) * (box?.height ?? 0);
    };
    expect(await areaOf("mcp-server-2")).toBeGreaterThan(3 * (await areaOf("mcp-server-1")));
    // Since when is told, and it is not older than this test.
    await tile.getByText(/^for \d+ s$/).waitFor();
    await tile.getByRole("link").click();
    await page.waitForURL("**/ui/servers/mcp-server-2");
  });

  test("on a phone tells the whole cause, and what left on purpose is small and last", async () => {
    const hub = await startHub();
    startServer(hub, "server-1");
    const leaving = startServer(hub, "server-2");
    await hub.status("mcp-server-2", "up", 30_000);
    await hub.register({
      name: "Archive",
      title: "Archive of everything that anybody ever wrote down",
      transport: "http",
      endpoint: "http://127.0.0.1:9/mcp",
    });
    await hub.status("archive", "down", 30_000);
    await leaving.kill("SIGTERM");
    const page = await open(hub, { width: 390, height: 844 });
    const tile = page.locator('li[data-server="archive"]');
    await tile.getByText(/Nothing listens|no sign of life/).waitFor();
    const cut = await tile.evaluate(
      (one) =>
        [one, ...one.querySelectorAll("*")].filter(
          ({ scrollHeight, clientHeight, scrollWidth, clientWidth }) =>
            clientHeight > 0 && (scrollHeight > clientHeight + 1 || scrollWidth > clientWidth + 1),
        ).length,
    );
    expect(cut).toBe(0);
    const left = page.locator('li[data-server="mcp-server-2"][data-status="left"]');
    await left.waitFor();
    const [wide, narrow] = [await tile.boundingBox(), await left.boundingBox()];
    expect(narrow?.width).toBeLessThan((wide?.width ?? 0) / 2);
    expect(narrow?.y).toBeGreaterThan(wide?.y ?? 0);
    await page.getByTestId("last-hour").getByText("calls").waitFor();
  });

  test("says in one quiet line which hub it is and where", async () => {
    const hub = await startHub();
    const page = await open(hub);
    await page.getByTestId("hub-line").getByText(hub.url).waitFor();
  });

  test("looks out of date while the hub is away, and is right again when it is back", async () => {
    const hub = await startHub();
    startServer(hub, "server-1");
    await hub.status("mcp-server-1", "up");
    const page = await open(hub);
    await page.locator('li[data-server="mcp-server-1"][data-status="up"]').waitFor();
    expect(await page.locator("[data-stale]").count()).toBe(0);
    await hub.program.kill("SIGKILL");
    await page.locator("[data-stale]", { hasText: "the hub does not answer" }).waitFor();
    // A tile must not claim that a server is up.
    await page.getByText("Was up").waitFor();
    await hub.restart();
    await page.locator("[data-stale]").waitFor({ state: "detached" });
    await page.locator('li[data-server="mcp-server-1"][data-status="up"]').waitFor();
    expect(await page.getByText("Was up").count()).toBe(0);
  });

  test("has two hundred servers on one screen without scrolling, and filters by tag and status", async () => {
    const hub = await startHub();
    for (let index = 0; index < 200; index += 1)
      await hub.register({
        name: `Server number ${index}`,
        transport: "streamable-http",
        endpoint: `http://127.0.0.1:9/mcp${index}`,
        tags: index < 3 ? ["few"] : ["many"],
      });
    const page = await open(hub, { width: 1920, height: 1080 });
    await page.locator("li[data-server]").nth(199).waitFor();
    const wall = page.getByRole("region", { name: "The state of every server" });
    const hidden = () => wall.evaluate((one) => one.scrollHeight - one.clientHeight);
    expect(await hidden()).toBeLessThanOrEqual(0);
    await page.getByLabel("Tag").selectOption("few");
    await page.waitForURL("**/ui/wall?tag=few");
    await expect.poll(() => page.locator("li[data-server]").count()).toBe(3);
    await page.getByRole("button", { name: /up$/ }).click();
    await page.waitForURL("**tag=few&status=up");
    await page.getByText("No matching server").waitFor();
    await page.getByRole("button", { name: "Show all 200" }).click();
    await expect.poll(() => page.locator("li[data-server]").count()).toBe(200);
  });

  test("fills the screen when asked to, and Escape gives it back", async () => {
    const hub = await startHub();
    startServer(hub, "server-1");
    const page = await open(hub);
    await page.locator('li[data-server="mcp-server-1"]').waitFor();
    await page.getByRole("button", { name: "Full screen", exact: true }).click();
    await page.getByRole("button", { name: "Leave full screen" }).waitFor();
    expect(await page.evaluate(() => document.fullscreenElement?.hasAttribute("data-wall"))).toBe(
      true,
    );
    // What Escape does, which a browser without a window does not get to hear.
    await page.evaluate(() => document.exitFullscreen());
    await page.getByRole("button", { name: "Full screen", exact: true }).waitFor();
  });
});
