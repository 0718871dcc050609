import { until } from "@hub/testing";
import { describe, expect, test } from "vitest";
import { cleanStage, open, startHub, startServer } from "./stage.js";

cleanStage();

describe("trouble", () => {
  test("is seen in the tab's title and icon, told once it is chosen, and gone when it is over", async () => {
    const hub = await startHub();
    const server = startServer(hub, "server-1");
    startServer(hub, "server-2");
    await hub.status("mcp-server-1", "up", 30_000);
    await hub.status("mcp-server-2", "up", 30_000);
    const page = await open(hub, "/ui/connect");
    await page.context().grantPermissions(["notifications"], { origin: hub.url });
    // What the browser would show on the desktop, which a browser without a window has not.
    await page.addInitScript(() => {
      class Shown {
        static permission = "granted";
        static requestPermission = async () => "granted";
        onclick: unknown;
        constructor(title: string) {
          document.body.dataset.told = `${document.body.dataset.told ?? ""}${title};`;
        }
      }
      Object.assign(globalThis, { Notification: Shown });
    });
    await page.goto("/ui/connect");
    await expect.poll(() => page.title()).toBe("Connect · MCP Hub");
    await page.getByRole("button", { name: "Notifications" }).click();
    await page.getByRole("checkbox", { name: "Show a notification" }).check();
    await page.keyboard.press("Escape");
    let seen = "";
    // On a busy machine the other server may be late with its heartbeats, and then it is told as well.
    const isTold = (words: RegExp) =>
      until(
        () => `${words} to be told of server 1; the last look found ${seen}`,
        async () => {
          const all = (await page.locator("body").getAttribute("data-told")) ?? "";
          const told = all.match(/MCP Server 1: \w+;/g)?.join("") ?? "";
          const list = await (await fetch(`${hub.url}/servers`)).text();
          seen = `${all}, titled ${await page.title()}, of ${list}`;
          return words.test(told);
        },
      );
    const icon = page.locator('link[rel="icon"]');
    await server.kill("SIGKILL");
    await expect
      .poll(() => page.title(), { timeout: 30_000 })
      .toMatch(/^\([12]\) Connect · MCP Hub$/);
    expect(await icon.getAttribute("href")).toBe("/ui/icon-trouble.svg");
    await isTold(/^MCP Server 1: (down|unreachable);/);
    startServer(hub, "server-1");
    await expect.poll(() => page.title(), { timeout: 30_000 }).toBe("Connect · MCP Hub");
    expect(await icon.getAttribute("href")).toBe("/ui/icon.svg");
    await isTold(/MCP Server 1: up;$/);
  });
});
