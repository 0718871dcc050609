import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { HubProcess, Program, quick } from "../support/hub-process.js";
import { closeBrowser, openPage, type Watch } from "./page.js";

const root = join(import.meta.dirname, "../..");
const running: { stop(): Promise<unknown> }[] = [];
const watched: Watch[] = [];

async function startHub(): Promise<HubProcess> {
  const hub = await HubProcess.start(quick);
  running.push(hub);
  return hub;
}

function startServer(hub: HubProcess, name: string): Program {
  const server = new Program(process.execPath, [join(root, `apps/demo-servers/dist/${name}.js`)], {
    MCP_HUB_URL: hub.url,
  });
  running.push({ stop: () => server.kill("SIGKILL") });
  return server;
}

async function open(hub: HubProcess, path = "/") {
  const { page, context, watch } = await openPage({ url: hub.url });
  watched.push(watch);
  running.push({ stop: () => context.close() });
  await page.goto(path);
  return page;
}

afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
  // Whatever a test was about: no page talks to others, breaks its policy or fails.
  for (const watch of watched.splice(0))
    expect(watch).toEqual({ foreign: [], violations: [], troubles: [] });
});
afterAll(closeBrowser);

describe("the servers page", () => {
  test("an empty hub shows the quick start, and the first server takes its place by itself", async () => {
    const hub = await startHub();
    const page = await open(hub);
    await page.getByRole("heading", { name: "No server has registered yet" }).waitFor();
    await page.getByText("Listening for the first server").waitFor();
    startServer(hub, "server-1");
    await page.getByRole("link", { name: "MCP Server 1" }).waitFor();
    await page.locator('[data-server="mcp-server-1"] [data-status="up"]').waitFor();
    expect(await page.getByTestId("count").textContent()).toBe("1 server");
  });

  test("a server that is killed is seen to go, without a reload", async () => {
    const hub = await startHub();
    const server = startServer(hub, "server-1");
    const page = await open(hub);
    const card = page.locator('[data-server="mcp-server-1"]');
    await card.locator('[data-status="up"]').waitFor();
    await page.evaluate(() => document.body.setAttribute("data-same-page", ""));
    await server.kill("SIGKILL");
    await card.locator('[data-status="unreachable"], [data-status="down"]').waitFor();
    expect(await page.locator("body[data-same-page]").count()).toBe(1);
  });
});
