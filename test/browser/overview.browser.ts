import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { RegisterAnswer } from "@hub/api";
import { freePort, type HubProcess, until } from "@hub/testing";
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

const add = (hub: HubProcess, name: string, endpoint: string, more: object = {}) =>
  hub.register({ name, transport: "http", endpoint, ...more });

describe("the overview", () => {
  test("says what wants a person, the worst first, each one click from what to do", async () => {
    const hub = await startHub();
    startServer(hub, "server-1");
    const dying = startServer(hub, "server-2");
    await add(hub, "Vault", await startLocked());
    await hub.status("vault", "needs-token");
    await hub.status("mcp-server-1", "up", 30_000);
    await hub.status("mcp-server-2", "up", 30_000);
    const page = await open(hub);
    await page.getByRole("heading", { name: "One thing wants you" }).waitFor();
    await dying.kill("SIGKILL");
    await page.locator('[data-of="mcp-server-2"][data-want="down"]').waitFor();
    const wants = page.getByRole("list", { name: "What wants you" }).getByRole("listitem");
    expect(await wants.count()).toBe(2);
    expect(await wants.first().getAttribute("data-of")).toBe("mcp-server-2");
    // What is told there has no card below that tells it again.
    await page.getByRole("heading", { name: "The other servers" }).waitFor();
    const cards = page.locator("[data-server]");
    expect(
      await cards.evaluateAll((all) => all.map((one) => one.getAttribute("data-server"))),
    ).toEqual(["mcp-server-1"]);
    await page.getByRole("link", { name: "Give a token: Vault" }).click();
    await page.waitForURL("**/ui/servers/vault?tab=credentials");
    await page.goBack();
    await page.getByRole("link", { name: /^Diagnose/ }).click();
    await page.waitForURL("**/ui/servers/mcp-server-2?tab=doctor");
  });

  test("its counts lead to the servers they count, and old links to the list still do", async () => {
    const hub = await startHub();
    startServer(hub, "server-1");
    const away = `http://127.0.0.1:${await freePort()}/mcp`;
    const added = await add(hub, "Away", away, { lease: { ttlMs: 3_600_000 } });
    const { lease } = (await added.json()) as RegisterAnswer; // the hub's own answer
    await hub.status("mcp-server-1", "up", 30_000);
    await until("one that is alive to be out of reach", async () => {
      await fetch(`${hub.url}/leases/${lease?.id}`, { method: "PUT" });
      return (await hub.server("away"))?.status === "unreachable";
    });
    const page = await open(hub);
    await page.locator('[data-count="unreachable"]').click();
    await page.waitForURL("**/ui/servers?status=unreachable");
    await page.getByText("1 of 2 servers").waitFor();
    await page.goto("/?status=up");
    await page.waitForURL("**/ui/servers?status=up");
    await page.locator('[data-server="mcp-server-1"]').waitFor();
    await page.goto("/ui");
    await page.getByRole("heading", { name: "One thing wants you" }).waitFor();
  });

  test("one that left on purpose is no trouble", async () => {
    const hub = await startHub();
    startServer(hub, "server-1");
    const leaving = startServer(hub, "server-2");
    await hub.status("mcp-server-1", "up", 30_000);
    await hub.status("mcp-server-2", "up", 30_000);
    const page = await open(hub);
    await page.locator('[data-count="up"]', { hasText: "2" }).waitFor();
    await leaving.kill("SIGTERM");
    await page.locator('[data-count="left"]').waitFor();
    await page.getByRole("heading", { name: "All is well with 2 servers" }).waitFor();
    await page.locator('[data-happened="mcp-server-2"]').getByText("left").waitFor();
  });

  test("has the calls and errors of the last hour, also after a restart, and what failed", async () => {
    const hub = await startHub();
    startServer(hub, "server-1");
    await hub.status("mcp-server-1", "up", 30_000);
    const call = (value: unknown) =>
      askMcp(hub, "/mcp", "tools/call", {
        name: "mcp-server-1__convert_temperature",
        arguments: { value, to: "fahrenheit" },
      });
    await call(20);
    await call("warm");
    const page = await open(hub);
    const hour = (name: string) => page.locator(`[data-hour="${name}"] dd > span`);
    await hour("calls").getByText("2", { exact: true }).waitFor();
    await hour("errors").getByText("1", { exact: true }).waitFor();
    await page.getByRole("list", { name: "What failed" }).getByRole("link").click();
    await page.waitForURL("**/ui/servers/mcp-server-1?tab=calls");
    // The address changes before the page's own script is there, which a hub that is away cannot send.
    await page.getByRole("heading", { level: 1, name: "MCP Server 1" }).waitFor();
    await hub.program.kill("SIGTERM");
    await hub.restart();
    await page.goto("/");
    await hour("calls").getByText("2", { exact: true }).waitFor();
    await hour("errors").getByText("1", { exact: true }).waitFor();
  });

  test("tells who comes back what happened since", async () => {
    const hub = await startHub();
    startServer(hub, "server-1");
    await hub.status("mcp-server-1", "up", 30_000);
    const page = await open(hub, "/ui/connect");
    await page.evaluate(() =>
      localStorage.setItem("mcp-hub-visits", JSON.stringify({ last: Date.now() - 3 * 3_600_000 })),
    );
    await page.goto("/");
    await page.getByRole("heading", { name: "Since you were here, 3 h ago" }).waitFor();
    await page.getByRole("list", { name: /day/ }).getByText("MCP Server 1 is new").waitFor();
    // Going to another page and back is the same visit.
    await page.goto("/ui/connect");
    await page.goto("/");
    await page.getByRole("heading", { name: "Since you were here, 3 h ago" }).waitFor();
  });

  test("says on every page which hub it is and where", async () => {
    const hub = await startHub();
    const page = await open(hub, "/ui/traffic");
    await page
      .getByTestId("version")
      .getByText(/^MCP Hub \d/)
      .waitFor();
    await page.getByRole("contentinfo").getByText(hub.url).waitFor();
  });
});

describe("the list of servers", () => {
  test("keeps favourites and filters, groups, and sorts by its headings", async () => {
    const hub = await startHub();
    const away = `http://127.0.0.1:${await freePort()}/mcp`;
    for (const [name, owner] of [
      ["Alpha", "shop"],
      ["Beta", "desk"],
      ["Gamma", "shop"],
    ])
      await add(hub, name ?? "", `${away}/${name}`, { owner, tags: ["all"] });
    const page = await open(hub, "/ui/servers");
    const order = () =>
      page.locator("[data-server]").evaluateAll((all) => all.map((one) => one.dataset.server));
    await page.locator('[data-server="gamma"]').waitFor();
    await page.getByRole("button", { name: "Favourite: Gamma" }).click();
    await expect.poll(order).toEqual(["gamma", "alpha", "beta"]);
    await page.getByRole("combobox", { name: "Group" }).selectOption("owner");
    await page.getByRole("heading", { level: 2, name: /^shop/ }).waitFor();
    await expect.poll(order).toEqual(["beta", "gamma", "alpha"]);

    await page.getByRole("combobox", { name: "Owner", exact: true }).selectOption("shop");
    await page.getByRole("button", { name: "Copy link" }).click();
    const link = `${hub.url}/ui/servers?group=owner&owner=shop`;
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    await expect
      .poll(async () => [...new URL(await copied()).searchParams].sort())
      .toEqual([...new URL(link).searchParams].sort());
    await page.getByRole("button", { name: "Save this filter" }).click();
    await page.getByRole("textbox", { name: "Name of the filter" }).fill("My shop");
    await page.keyboard.press("Enter");
    await page.goto("/ui/servers?view=table");
    await page.getByRole("row", { name: /Beta/ }).waitFor();
    await expect.poll(order).toEqual(["gamma", "alpha", "beta"]);
    await page.getByRole("columnheader", { name: "Server" }).getByRole("button").click();
    await expect.poll(order).toEqual(["alpha", "beta", "gamma"]);
    await page.getByRole("columnheader", { name: "Server" }).getByRole("button").click();
    await expect.poll(order).toEqual(["gamma", "beta", "alpha"]);
    await page.getByRole("link", { name: "My shop" }).click();
    await page.getByText("2 of 3 servers").waitFor();
    await page.getByRole("button", { name: "Forget the filter My shop" }).click();
    await page.getByRole("link", { name: "My shop" }).waitFor({ state: "detached" });
  });

  test("does one thing with many servers, and takes hiding and removing back", async () => {
    const hub = await startHub();
    const away = `http://127.0.0.1:${await freePort()}/mcp`;
    for (const name of ["One", "Two", "Three"]) await add(hub, name, `${away}/${name}`);
    const page = await open(hub, "/ui/servers");
    await page.getByRole("button", { name: "Select", exact: true }).click();
    await page.getByRole("checkbox", { name: "Select One" }).check();
    await page.getByRole("checkbox", { name: "Select Two" }).check();
    const bar = page.getByRole("region", { name: "Selected servers" });
    await bar.getByText("2 selected").waitFor();
    await bar.getByRole("button", { name: "Hide" }).click();
    await page.getByText("2 servers hidden.").waitFor();
    await page.getByText("1 server", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("3 servers", { exact: true }).waitFor();

    await page.getByRole("button", { name: "Select", exact: true }).click();
    await page.getByRole("button", { name: "Select all" }).click();
    await bar.getByText("3 selected").waitFor();
    await bar.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove 3 servers" }).click();
    await page.getByRole("heading", { name: "No server has registered yet" }).waitFor();
    await page.getByText("3 servers removed.").waitFor();
    await page.getByRole("button", { name: "Undo" }).last().click();
    await page.getByText("3 servers", { exact: true }).waitFor();
    expect((await hub.servers()).map(({ name }) => name).sort()).toEqual(["One", "Three", "Two"]);
  });
});
