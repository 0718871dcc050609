import { register } from "@hub/register";
import { McpServer } from "@modelcontextprotocol/server";
import { afterEach, describe, expect, test } from "vitest";
import { cleanStage, open, startHub } from "./stage.js";

cleanStage();
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const pixel =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** What a server says of itself over MCP, by its name. */
const said = {
  Painted: pixel,
  Linked: "https://evil.example/i.png",
  Drawn: "data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+",
  Broken: "data:image/png;base64,AAAA",
  Huge: `data:image/png;base64,${"A".repeat(70_000)}`,
} as const;

describe("the picture of a server", { timeout: 120_000 }, () => {
  test("is what it says of itself where that can be shown without asking anybody, else its initial", async () => {
    const hub = await startHub();
    for (const [name, src] of Object.entries(said)) {
      const make = () => {
        const server = new McpServer({ name, version: "1.0.0", icons: [{ src }] });
        server.registerTool("greet", {}, () => ({ content: [{ type: "text", text: "Hello" }] }));
        return server;
      };
      const options = { hubUrl: hub.url, port: 0, signals: false, log: () => {} };
      const registered = await register(make, options).ready;
      closing.push(() => registered.close());
      await hub.status(name.toLowerCase(), "up");
    }
    const page = await open(hub, "/ui/servers/painted");
    const head = page.getByRole("heading", { level: 1 });
    const picture = head.locator("img");
    await picture.waitFor();
    expect(await picture.getAttribute("src")).toBe(pixel);
    await expect
      .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
      .toBe(1);
    for (const name of ["Linked", "Drawn", "Broken", "Huge"] as const) {
      await page.goto(`/ui/servers/${name.toLowerCase()}`);
      await head.getByText(name.slice(0, 1), { exact: true }).waitFor();
      expect([name, await picture.count()]).toEqual([name, 0]);
    }
    // No request to another host, and nothing that the policy of the page stops: held when the test ends.
  });
});
