import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { askMcp } from "./ask-mcp.js";
import { cleanStage, open, startHub, startServer } from "./stage.js";

cleanStage();

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** A server that lets nobody in. */
async function startLocked(): Promise<string> {
  const server = createServer((_, response) => response.writeHead(401).end());
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`; // a TCP server has no other kind
}

describe("a server that needs a token", () => {
  test("is amber with its reason everywhere, and its page leads to its own endpoint", async () => {
    const hub = await startHub();
    const endpoint = await startLocked();
    await hub.register({ name: "Vault", transport: "http", endpoint });
    await hub.status("vault", "needs-token");
    const page = await open(hub, "/?status=needs-token");
    const card = page.locator('[data-server="vault"]');
    await card.locator('[data-status="needs-token"]').waitFor();
    expect(await card.textContent()).toContain("needs a token");
    const look = await card.locator("[data-status]").getAttribute("class");
    expect(look).toContain("warn");

    await page.goto("/ui/wall");
    await page.locator('li[data-server="vault"][data-status="needs-token"]').waitFor();

    await page.goto("/ui/servers/vault");
    expect(await page.locator("[data-main-action]").textContent()).toBe("Give it its token");
    const diagnosis = page.getByTestId("diagnosis");
    await diagnosis.getByText("This server wants a token").waitFor();
    expect(await page.getByTestId("fix").textContent()).toContain("connect to it directly");
    await diagnosis.getByRole("link", { name: "Connect directly" }).click();
    await page.waitForURL((url) => url.searchParams.get("via") === "direct");
    await page.getByText(endpoint).first().waitFor();

    await page.goto("/ui/servers/vault?tab=connect");
    await page.getByTestId("choice").click();
    await page.getByRole("radio", { name: "Directly" }).waitFor();
    expect(await page.getByRole("radio", { name: "Directly" }).isChecked()).toBe(true);
  });
});

describe("a server that is killed", () => {
  test("is suspect in the moment of a call, and goes on to be unreachable", async () => {
    const hub = await startHub();
    const server = startServer(hub, "server-1");
    await hub.status("mcp-server-1", "up", 30_000);
    const page = await open(hub, "/ui/wall");
    await page.locator('li[data-server="mcp-server-1"][data-status="up"]').waitFor();
    const killedAt = new Date().toISOString();
    await server.kill("SIGKILL");
    const answer = await askMcp(hub, "/mcp", "tools/call", {
      name: "mcp-server-1__convert_temperature",
      arguments: { value: 1, to: "fahrenheit" },
    });
    expect(answer).toContain("did not run");
    const { events } = (await (await fetch(`${hub.url}/events?limit=20`)).json()) as {
      readonly events: readonly { readonly at: string; readonly to?: string }[];
    }; // as its description says
    // On a busy machine it may have been lost before, and may have gone on by now.
    const lost = events
      .filter(({ at, to }) => at >= killedAt && to !== undefined)
      .sort((a, b) => a.at.localeCompare(b.at));
    expect(lost.at(0)?.to).toBe("suspect");
    await hub.status("mcp-server-1", "down", 30_000);
    await page.locator('li[data-server="mcp-server-1"][data-status="down"]').waitFor();
    await page.goto("/ui/activity");
    await page.getByText("MCP Server 1 became suspect").first().waitFor();
  });
});
