import { closeServers, freePort, serveV2, until } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { layoutFaults } from "./layout-faults.js";
import { startGuarded } from "./servers/guarded.js";
import { cleanStage, open, startHub, startServer } from "./stage.js";
import { violations } from "./violations.js";

cleanStage();
afterEach(closeServers);

describe("adding a server by its URL", () => {
  test("the hub looks while one types, suggests the name, and Enter adds it to stay", async () => {
    const hub = await startHub();
    const server = await serveV2({ name: "Tides" });
    const page = await open(hub);
    const ways = page.getByRole("list", { name: "Ways to add a server" });
    await ways.getByRole("link").first().click();
    await page.waitForURL("**/ui/add");
    // The address changes before the page does; one types as soon as the field has the focus by itself.
    await page.waitForFunction(() => document.activeElement?.getAttribute("inputmode") === "url");
    await page.keyboard.type(`${server.origin.replace("http://", "")}/mcp`);
    const verdict = page.getByTestId("verdict");
    await verdict.locator('[data-step="mcp"][data-state="ok"]').waitFor();
    await page.waitForFunction(
      () =>
        document.querySelector<HTMLInputElement>("form input:not([inputmode])")?.value === "Tides",
    );
    expect(await page.getByLabel("Name").inputValue()).toBe("Tides");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/ui/servers/tides");
    await page.getByTestId("toast").getByText("Tides is added.").waitFor();
    await hub.status("tides", "up");
    // Without a lease there is nothing that would have to be renewed.
    const registered = await hub.server("tides");
    expect(registered?.instances.map((one) => "lease" in one && one.lease)).not.toContain(true);
    await page.getByRole("button", { name: "Undo" }).click();
    await until("the server to be gone", async () => (await hub.server("tides")) === undefined);
  });

  test("what is wrong with an address is said with what to do, and what answers is one click away", async () => {
    const hub = await startHub();
    const server = await serveV2({ name: "Tides" });
    const page = await open(hub, "/ui/add");
    await page.getByLabel("URL of the server").fill(`http://127.0.0.1:${await freePort()}/mcp`);
    const verdict = page.getByTestId("verdict");
    await verdict.locator('[data-step="connect"][data-state="failed"]').waitFor();
    expect(await verdict.getByTestId("fix").textContent()).not.toBe("");
    expect(
      await page.getByRole("button", { name: "Add server" }).getAttribute("aria-disabled"),
    ).toBe("true");
    await page.getByLabel("URL of the server").fill(server.origin);
    await verdict.getByRole("button", { name: "Use it" }).click();
    expect(await page.getByLabel("URL of the server").inputValue()).toBe(`${server.origin}/mcp`);
    await verdict.locator('[data-step="mcp"][data-state="ok"]').waitFor();
  });

  test("a server that wants a token gets it with the same click", async () => {
    const hub = await startHub();
    const server = await startGuarded("letmein-0123456789");
    const page = await open(hub, "/ui/add");
    await page.getByLabel("URL of the server").fill(`${server.origin}/mcp`);
    await page.getByLabel("Value").fill("Bearer letmein-0123456789");
    await page.getByLabel("Name").fill("Guarded");
    await page.getByRole("button", { name: "Add server" }).click();
    await hub.status("guarded", "up");
    await page.waitForURL("**/ui/servers/guarded");
    // The address changes before the page does.
    await page.getByLabel("URL of the server").waitFor({ state: "detached" });
    expect(await page.content()).not.toContain("letmein-0123456789");
  });
});

describe("adding the servers of a client's file", () => {
  const config = (url: string, token: string) =>
    JSON.stringify({
      mcpServers: {
        guarded: { url, headers: { Authorization: token } },
        files: { command: "npx", args: ["-y", "@example/files", "/tmp"] },
      },
    });

  test("URLs are registered with their headers as secrets, commands give the line that serves them", async () => {
    const hub = await startHub();
    const server = await startGuarded("letmein-0123456789");
    const page = await open(hub, "/ui/add?way=file");
    await page
      .getByLabel("Paste the file, or drop it here")
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as VS Code writes it
      .fill(config(`${server.origin}/mcp`, "Bearer ${input:token}"));
    const row = page.locator('[data-pasted="guarded"]');
    await row.getByText("Authorization: •••").waitFor();
    await page.getByText("hub-register -- --name files -- npx -y @example/files /tmp").waitFor();
    await row.getByLabel("token").fill("letmein-0123456789");
    await page.getByRole("button", { name: "Add one server" }).click();
    await row.getByRole("link", { name: "guarded" }).waitFor();
    await hub.status("guarded", "up");
    const kept = await fetch(`${hub.url}/servers/guarded/credentials`);
    expect(await kept.text()).toContain('"name":"Authorization"');
    await page.getByTestId("toast").getByRole("button", { name: "Undo" }).click();
    await until("the server to be gone", async () => (await hub.server("guarded")) === undefined);
  });

  test("a file is dropped, and a wrong one says where it is wrong", async () => {
    const hub = await startHub();
    const server = await serveV2({ name: "Tides" });
    const page = await open(hub, "/ui/add?way=file");
    const drop = async (text: string, name: string) => {
      const given = await page.evaluateHandle(
        ([content = "", file = ""]) => {
          const data = new DataTransfer();
          data.items.add(new File([content], file));
          return data;
        },
        [text, name],
      );
      await page.dispatchEvent('[data-testid="drop"]', "drop", { dataTransfer: given });
    };
    await drop('{"mcpServers": {', "mcp.json");
    await page.getByText("It is not JSON").waitFor();
    await drop(`[mcp_servers.tides]\nurl = "${server.origin}/mcp"\n`, "config.toml");
    await page.getByRole("button", { name: "Add one server" }).click();
    await hub.status("tides", "up");
  });
});

test("the line for one's language names this hub", async () => {
  const hub = await startHub();
  const server = await serveV2({ name: "Tides" });
  const page = await open(hub, "/ui/add?way=code");
  for (const name of [
    "TypeScript SDK v1",
    "FastMCP (Python)",
    "Python",
    "A stdio command",
    "curl",
  ]) {
    await page.getByRole("radio", { name, exact: true }).check();
    await page.locator("main pre").getByText(hub.url).first().waitFor();
  }
  await page.getByRole("button", { name: "Copy the curl command" }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const [, body = ""] = /-d '(.*)'/.exec(copied) ?? [];
  const answer = await fetch(copied.split(" ").at(-1) ?? "", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: body.replace("http://localhost:8002", server.origin),
  });
  expect(answer.status).toBe(201);
});

describe("undo", () => {
  test("brings back what was removed, hidden or edited", async () => {
    const hub = await startHub();
    const server = await serveV2({ name: "Tides" });
    await hub.register({
      name: "Tides",
      transport: "http",
      endpoint: `${server.origin}/mcp`,
      tags: ["sea"],
    });
    await hub.status("tides", "up");
    const page = await open(hub, "/ui/servers/tides");
    const undo = page.getByTestId("toast").getByRole("button", { name: "Undo" });
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await page.getByRole("dialog").getByLabel("Title").fill("High water");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByRole("heading", { level: 1, name: "High water" }).waitFor();
    await undo.click();
    await page.getByRole("heading", { level: 1, name: "Tides" }).waitFor();

    await page.getByRole("button", { name: "Hide", exact: true }).click();
    await page.getByRole("button", { name: "Show it again" }).waitFor();
    await page.keyboard.press("Control+z");
    await page.getByRole("button", { name: "Hide", exact: true }).waitFor();

    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await page.getByRole("button", { name: "Remove it" }).click();
    await until("the server to be gone", async () => (await hub.server("tides")) === undefined);
    await undo.click();
    await hub.status("tides", "up");
    expect((await hub.server("tides"))?.tags).toEqual(["sea"]);
  });
});

test("the page of adding fits its screens, and axe finds nothing", {
  timeout: 120_000,
}, async () => {
  const hub = await startHub();
  startServer(hub, "server-1");
  await hub.status("mcp-server-1", "up");
  const guarded = await startGuarded("x");
  for (const theme of ["light", "dark"] as const)
    for (const width of [390, 1280]) {
      const page = await open(hub, "/ui/add", { theme, width });
      await page.getByLabel("URL of the server").fill(`${guarded.origin}/mcp`);
      await page.getByLabel("Value").waitFor();
      expect([theme, width, await violations(page), await page.evaluate(layoutFaults)]).toEqual([
        theme,
        width,
        [],
        [],
      ]);
      await page.goto("/ui/add?way=file");
      await page.getByLabel("Paste the file, or drop it here").fill(
        // biome-ignore lint/suspicious/noTemplateCurlyInString: as VS Code writes it
        '{"mcpServers": {"a": {"url": "http://a.example/mcp", "headers": {"X-Key": "${KEY}"}}, "b": {"command": "b"}}}',
      );
      await page.getByText("Only b").waitFor();
      expect([theme, width, await violations(page), await page.evaluate(layoutFaults)]).toEqual([
        theme,
        width,
        [],
        [],
      ]);
      await page.goto("/ui/add?way=code");
      await page.getByText("Language").waitFor();
      expect([theme, width, await violations(page), await page.evaluate(layoutFaults)]).toEqual([
        theme,
        width,
        [],
        [],
      ]);
    }
});
