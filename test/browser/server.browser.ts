import type { Diagnosis } from "@hub/api";
import { type Registered, register } from "@hub/register";
import type { HubProcess } from "@hub/testing";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterEach, describe, expect, test } from "vitest";
import { askMcp } from "./ask-mcp.js";
import { startFlipping } from "./servers/flipping.js";
import { workshop } from "./servers/workshop.js";
import { cleanStage, open, startHub, startServer } from "./stage.js";
import { violations } from "./violations.js";

cleanStage();

/** What runs in this process. It ends before the hub does. */
const closing: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close();
});

/** In this process, so that it can come back as another release of itself. */
async function startWorkshop(
  hub: HubProcess,
  { release = 1, port = 0, bins = 0 }: { release?: 1 | 2; port?: number; bins?: number } = {},
): Promise<Registered> {
  const registered = await register(() => workshop(release, bins), {
    owner: "parts team",
    tags: ["shop"],
    hubUrl: hub.url,
    port,
    signals: false,
    log: () => {},
  }).ready;
  closing.push(registered);
  await hub.status("workshop", "up");
  return registered;
}

describe("the server page", () => {
  test("shows who a server is, its instance with lease and probe, and its tools", async () => {
    const hub = await startHub();
    const { url = "" } = await startWorkshop(hub);
    const page = await open(hub, "/ui/servers/workshop");
    await page.getByRole("heading", { level: 1, name: "Workshop" }).waitFor();
    const offer = page.getByRole("list", { name: "Tools" });
    await offer.getByRole("link", { name: "find_part" }).waitFor();
    await page.getByText(`${hub.url}/servers/workshop/mcp`).waitFor();
    await page.getByRole("img", { name: /^90 days: up / }).waitFor();
    expect(await page.locator("[data-main-action]").textContent()).toBe("Connect");
    await page.getByRole("button", { name: `All about ${url}` }).click();
    await page.getByText("owned by parts team").waitFor();
    await page.getByTestId("lease").getByText("last heartbeat").waitFor();
    await page.getByText("Use find_part before order_part.").waitFor();
    await page.getByText("Raw result of the last probe").click();
    await page.getByRole("region", { name: "the last probe" }).getByText('"ok": true').waitFor();

    await page.getByRole("tab", { name: "Tools 3" }).click();
    await page.getByRole("button", { name: "Find a part" }).click();
    await page.waitForURL("**/ui/servers/workshop?tab=tools&item=find_part");
    const item = page.getByTestId("item");
    await item.getByText("read-only").waitFor();
    await item.getByText("Parameters as a table").click();
    await item.getByText("Result as a table").click();
    const kind = item.locator('[data-parameter="kind"]');
    await kind.getByText('default "bolt"').waitFor();
    await kind.getByText('"plate"').waitFor();
    expect(await item.locator('[data-parameter="words"]').textContent()).toContain("required");
    await item.locator('[data-parameter="filter.tags[].name"]').waitFor();
    await item.locator('[data-parameter="parts[].price"]').waitFor();

    await page.getByRole("button", { name: "order_part" }).click();
    for (const badge of ["destructive", "idempotent", "open world"])
      await item.getByText(badge, { exact: true }).waitFor();
    await page.getByRole("button", { name: "old_stock" }).click();
    await item.getByText("may change things").waitFor();
  });

  test("resources, templates, prompts and how to connect have a place in the URL", async () => {
    const hub = await startHub();
    await startWorkshop(hub);
    const template = "parts://{number}/sheet";
    const page = await open(
      hub,
      `/ui/servers/workshop?tab=resources&item=${encodeURIComponent(template)}`,
    );
    await page.getByTestId("item").getByRole("heading", { name: "Data sheet" }).waitFor();
    await page.getByTestId("item").getByText(template).first().waitFor();
    await page.getByRole("tab", { name: "Prompts 1" }).click();
    await page.getByLabel("need").waitFor();
    await page.getByTestId("try").getByText("What they need").waitFor();
    await page.getByRole("tab", { name: "Connect" }).click();
    await page.getByText(`${hub.url}/servers/workshop/mcp`).first().waitFor();
    await page.goto("/ui/servers/workshop?tab=tools&item=lost");
    await page.getByText("There is no “lost” here").waitFor();
  });

  test("“Probe now” probes now", async () => {
    const hub = await startHub();
    startServer(hub, "server-1");
    await hub.status("mcp-server-1", "up");
    const page = await open(hub, "/ui/servers/mcp-server-1");
    await page.getByRole("button", { name: /^All about / }).click();
    const probedAt = page.getByTestId("probed-at");
    const before = await probedAt.getAttribute("data-at");
    await page.getByRole("button", { name: "Probe now" }).click();
    await page.getByText("Probed: it answers.").waitFor();
    expect(Date.parse((await probedAt.getAttribute("data-at")) ?? "")).toBeGreaterThan(
      Date.parse(before ?? ""),
    );
  });

  test("a server that is killed shows what is wrong and what to do, and can then be removed", async () => {
    const hub = await startHub();
    const server = startServer(hub, "server-1");
    await hub.status("mcp-server-1", "up");
    const page = await open(hub, "/ui/servers/mcp-server-1");
    await page.locator('h1 [data-status="up"]').waitFor();
    expect(await page.getByTestId("diagnosis").count()).toBe(0);
    await server.kill("SIGKILL");
    const diagnosis = page.getByTestId("diagnosis");
    await diagnosis.locator('[data-step="connect"]').getByText("failed").waitFor({
      state: "attached",
    });
    expect(await diagnosis.getByTestId("fix").textContent()).not.toBe("");

    await hub.status("mcp-server-1", "down");
    await page.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove it" }).click();
    await page.getByRole("heading", { name: "No server has registered yet" }).waitFor();
  });

  test("says whether it is well: uptime, calls and errors of a day, last incidents, and who uses it", async () => {
    const hub = await startHub();
    const server = startServer(hub, "server-1");
    await hub.status("mcp-server-1", "up", 30_000);
    for (const value of [20, "warm"])
      await askMcp(hub, "/mcp", "tools/call", {
        name: "mcp-server-1__convert_temperature",
        arguments: { value, to: "fahrenheit" },
      });
    const page = await open(hub, "/ui/servers/mcp-server-1");
    await page.getByRole("heading", { name: /^Is it well: up 100 % of / }).waitFor();
    expect(await page.getByRole("list", { name: "Last incidents" }).count()).toBe(0);
    const figure = (name: string) => page.locator(`[data-figure="${name}"] dd`);
    await figure("Calls").getByText("2", { exact: true }).waitFor();
    await figure("Errors").getByText("1 (50 %)").waitFor();
    await page.getByRole("list", { name: "Clients" }).getByText("desk").waitFor();
    await server.kill("SIGKILL");
    await hub.status("mcp-server-1", "down", 30_000);
    await page.reload();
    const incidents = page.getByRole("list", { name: "Last incidents" });
    await incidents.locator('[data-status="down"]').waitFor();
    await page.getByText("As a table").first().click();
    await page.getByRole("region", { name: "Uptime, as a table" }).getByText(/down/).waitFor();
  });

  test("the doctor's tab shows what the hub answers: cause, fix and the server's own last lines", async () => {
    const hub = await startHub();
    const endpoint = "http://127.0.0.1:9/mcp";
    const registered = await hub.register({
      name: "Lost",
      transport: "http",
      endpoint,
      lease: { ttlMs: 60_000 },
    });
    const { lease } = await registered.json();
    await fetch(`${hub.url}/leases/${lease.id}/log`, {
      method: "PUT",
      headers: { "content-type": "text/plain" },
      body: "listening on 9999\n",
    });
    const asked = await fetch(`${hub.url}/diagnose`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ server: "lost" }),
    });
    const { problems } = (await asked.json()) as Diagnosis; // as the contract says
    const [first] = problems;
    const page = await open(hub, "/ui/servers/lost");
    await page.getByRole("link", { name: "See what is wrong" }).click();
    const doctor = page.getByTestId("doctor");
    const problem = doctor.locator(`[data-problem="${first?.code}"]`);
    expect(await problem.getByTestId("cause").textContent()).toBe(first?.cause);
    expect(await problem.getByTestId("doctor-fix").textContent()).toBe(first?.fix);
    expect(first?.code).toBe("NOTHING_LISTENS");
    expect(await doctor.getByTestId("last-lines").textContent()).toBe("listening on 9999");
    await doctor.getByText("look again in a moment").waitFor();
    await doctor.getByRole("button", { name: "Look again" }).click();
    await problem.getByTestId("cause").waitFor();
  });

  test("what somebody knows better is said in a form, and stays when the server registers again", async () => {
    const hub = await startHub();
    const first = await startWorkshop(hub);
    const { port = 0 } = first;
    const page = await open(hub, "/ui/servers/workshop");
    const dialog = page.getByRole("dialog");
    await page.getByRole("button", { name: "Edit" }).click();
    await dialog.getByText("stay when a running helper registers it again").waitFor();
    expect(await dialog.getByLabel("Owner").getAttribute("placeholder")).toBe("parts team");
    await dialog.getByLabel("Title").fill("Parts and tools");
    await dialog.getByLabel("Tags").fill("parts, tools");
    await dialog.getByLabel("Documentation").fill("https://docs.example/parts");
    await dialog.getByLabel("Lifecycle").selectOption("deprecated");
    await dialog.getByLabel("Time limit of a call").fill("5");
    await dialog.getByLabel("Time limits of single tools").fill("order_part = 300000");
    await dialog.getByRole("button", { name: "Save changes" }).click();
    await dialog.getByText("from 100 to 900000, got 5").first().waitFor();
    await dialog.getByLabel("Time limit of a call").fill("120000");
    await dialog.getByRole("button", { name: "Save changes" }).click();
    await dialog.waitFor({ state: "detached" });
    const title = page.getByRole("heading", { level: 1, name: "Parts and tools" });
    await title.getByText("deprecated").waitFor();
    await page.getByText("#tools", { exact: true }).waitFor();
    await first.close();
    await startWorkshop(hub, { release: 2, port });
    await page.reload();
    await title.waitFor();
    await page.getByRole("button", { name: "Edit" }).click();
    expect(await dialog.getByLabel("Time limits of single tools").inputValue()).toBe(
      "order_part = 300000",
    );
    await dialog.getByLabel("Title").fill("");
    await dialog.getByRole("button", { name: "Save changes" }).click();
    await page.getByRole("heading", { level: 1, name: "Workshop" }).waitFor();
  });

  test("two who edit at once undo nothing of each other", async () => {
    const hub = await startHub();
    await startWorkshop(hub);
    const page = await open(hub, "/ui/servers/workshop");
    const dialog = page.getByRole("dialog");
    await page.getByRole("button", { name: "Edit" }).click();
    await dialog.getByLabel("On call").fill("the night shift");
    const other = await fetch(`${hub.url}/servers/workshop`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ title: "Theirs", onCall: "nobody" }),
    });
    expect(other.status).toBe(200);
    await dialog.getByRole("button", { name: "Save changes" }).click();
    await dialog.getByRole("alert").waitFor();
    await dialog.getByRole("button", { name: "Save my changes all the same" }).click();
    await page.getByRole("heading", { level: 1, name: "Theirs" }).waitFor();
    await page.getByText("on call: the night shift").waitFor();
  });

  test("a server can be hidden, is then shown where hidden ones are asked for, and comes back", async () => {
    const hub = await startHub();
    await startWorkshop(hub);
    const page = await open(hub, "/ui/servers/workshop");
    const dialog = page.getByRole("dialog");
    const setHidden = async (isHidden: boolean) => {
      await page.getByRole("button", { name: "Edit" }).click();
      await dialog.getByLabel("Hide it").setChecked(isHidden);
      await dialog.getByRole("button", { name: "Save changes" }).click();
      await dialog.waitFor({ state: "detached" });
    };
    await setHidden(true);
    await page.locator("h1").getByText("hidden").waitFor();
    await page.goto("/");
    await page.getByRole("link", { name: "Show 1 hidden server" }).click();
    await page.locator('[data-server="workshop"]').getByText("hidden").waitFor();
    await page.getByRole("link", { name: "Workshop" }).click();
    await setHidden(false);
    await page.goto("/");
    await page.locator('[data-server="workshop"]').waitFor();
  });

  test("one that is alive is removed after a question that says what its helper does, which it then does", async () => {
    const hub = await startHub();
    await startWorkshop(hub);
    const page = await open(hub, "/ui/servers/workshop");
    const dialog = page.getByRole("dialog");
    await page.getByRole("button", { name: "Remove" }).click();
    await dialog.getByText("its helper registers it again").waitFor();
    await dialog.getByRole("button", { name: "Keep it" }).click();
    await hub.status("workshop", "up");
    await page.getByRole("button", { name: "Remove" }).click();
    await dialog.getByRole("button", { name: "Remove it" }).click();
    await page.waitForURL((url) => url.pathname === "/ui/servers");
    await page.locator('[data-server="workshop"]').waitFor();
    await page.goto("/ui/activity?server=workshop");
    await page.getByText("was removed by an operator").first().waitFor();
  });

  test("another release of a server is a readable difference, without a reload", async () => {
    const hub = await startHub();
    const first = await startWorkshop(hub, { bins: 3 });
    const { port = 0 } = first;
    const page = await open(hub, "/ui/servers/workshop?tab=changes");
    await page.getByRole("heading", { name: "First reading" }).waitFor();
    await first.close();
    await startWorkshop(hub, { release: 2, port, bins: 3 });
    const changes = page.getByRole("list", { name: "Changes" });
    await changes.locator('[data-changed="old_stock"]').getByText("removed").waitFor();
    const found = changes.locator('[data-changed="find_part"]').first();
    await found.getByText("changed", { exact: true }).waitFor();
    const described = found.locator('[data-path="description"]');
    expect(await described.textContent()).toBe(
      "description−Before: Finds parts by words.+After: Finds parts by number.",
    );
    await found.locator('[data-path="inputSchema.properties.limit"]').waitFor();
    await found.getByText("models may choose it differently").waitFor();
    await found.getByText("“limit” is a new optional argument").waitFor();
    await changes.getByText("callers break").waitFor();
    const bins = changes.locator('[data-changed="bin_0"]').first();
    await bins.getByText("3 tools, all alike").waitFor();
    await bins.getByText("It only reads now").waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test("a server whose offers change all the time says so, on its page and in the list", async () => {
    const hub = await startHub();
    const flipping = await startFlipping();
    closing.push(flipping);
    const { endpoint } = flipping;
    await fetch(`${hub.url}/register`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "Flips", transport: "http", endpoint }),
    });
    const page = await open(hub, "/");
    const card = page.locator('[data-server="flips"]');
    await card.waitFor();
    // Each probe reads other tools, and more changes than are free make it flap, however long each takes.
    const isFlapping = async () => {
      await fetch(`${hub.url}/servers/flips/probe`, { method: "POST" });
      const { flapping } = await (await fetch(`${hub.url}/servers/flips`)).json();
      return flapping !== undefined && flapping !== null;
    };
    while (!(await isFlapping())) await new Promise((resolve) => setTimeout(resolve, 250));
    await card.getByText("flapping").waitFor();
    await page.goto(`${hub.url}/ui/servers/flips`);
    await page.getByRole("heading", { level: 1 }).getByText("flapping").waitFor();
    await page.getByTestId("diagnosis").getByText("changes all the time").waitFor();
    await page.goto(`${hub.url}/ui/activity`);
    await page.getByText("keeps changing what it offers").first().waitFor();
  }, 180_000);

  test("a call through the hub appears by itself", async () => {
    const hub = await startHub();
    await startWorkshop(hub);
    const page = await open(hub, "/ui/servers/workshop?tab=calls");
    await page.getByText("No calls through the hub yet").waitFor();
    const client = new Client({ name: "browser-test", version: "1" });
    closing.push(client);
    await client.connect(new StreamableHTTPClientTransport(new URL(`${hub.url}/mcp?prefix=never`)));
    await client.callTool({ name: "order_part", arguments: { number: "7" } });
    const row = page
      .getByRole("region", { name: "Calls" })
      .getByRole("row")
      .filter({ has: page.getByRole("rowheader", { name: "order_part" }) });
    await row.getByText("Tool error", { exact: true }).waitFor();
    await row.getByText("browser-test").waitFor();
    await page
      .getByRole("region", { name: "Traffic" })
      .getByRole("rowheader", { name: "order_part" })
      .waitFor();
  });

  test("of a thousand tools only those in sight are drawn, and each is found", async () => {
    const hub = await startHub();
    await startWorkshop(hub, { bins: 990 });
    const page = await open(hub, "/ui/servers/workshop?tab=tools", { width: 390 });
    const list = page.getByRole("navigation", { name: "tools" });
    await list.getByRole("button").first().waitFor();
    expect(await list.getByRole("button").count()).toBeLessThan(60);
    await list.locator('[data-group="bin_"]').getByText("990").waitFor();
    await list.getByRole("button").first().press("End");
    // Those that begin alike stand below the others, in a group.
    await page.waitForURL(/item=bin_/);
    await list.locator('[data-group="bin_"]').waitFor({ state: "detached" });
    await page.getByRole("searchbox", { name: "Filter tools" }).fill("bin 777");
    await page.getByText("1 of 993").waitFor();
    await list.getByRole("button", { name: "bin_777" }).click();
    await page.getByRole("heading", { name: "bin_777" }).waitFor();
    const tooWide = await page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    );
    expect(tooWide).toBe(false);
  });

  test("an id that nobody has says so, and the server appears once it registers", async () => {
    const hub = await startHub();
    const page = await open(hub, "/ui/servers/workshop");
    await page.getByText("There is no server with this id").waitFor();
    await page.getByRole("link", { name: "All servers" }).waitFor();
    await startWorkshop(hub);
    await page.getByRole("heading", { level: 2, name: "Facts" }).waitFor();
  });
});
