import { readFileSync } from "node:fs";
import type { MadeTokenView, ServerDetail } from "@hub/api";
import { until } from "@hub/testing";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { startAskingHub } from "./asking-hub.js";
import { expectToFitEveryScreen } from "./every-screen.js";
import { layoutFaults } from "./layout-faults.js";
import { isLoaded } from "./page.js";
import { ask, signIn } from "./signed-in.js";
import { cleanStage, open, startHub, startServer } from "./stage.js";
import { violations } from "./violations.js";

cleanStage();

const heading = (page: Page, name: string) =>
  page.getByRole("heading", { level: 1, name }).waitFor();

/** Makes a token in the dialog that is open, and says what it is. */
async function made(page: Page, name: string): Promise<string> {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Create token" }).click();
  const shown = page.getByRole("dialog", { name: `Token for ${name}` });
  await shown.waitFor();
  // All of it is to be seen, and nothing lies on it.
  const region = shown.getByRole("region", { name: "token" });
  expect(await region.evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0);
  const [text, copy] = await Promise.all([
    region.boundingBox(),
    shown.getByRole("button", { name: "Copy token" }).boundingBox(),
  ]);
  expect((text?.x ?? 0) + (text?.width ?? 0)).toBeLessThanOrEqual(copy?.x ?? 0);
  const token = await shown.locator("pre").textContent();
  expect(token).toMatch(/^mh_/);
  await shown.getByRole("button", { name: "I have it" }).click();
  return token ?? "";
}

describe("a hub that gets its first token", () => {
  test("asks who somebody is, shows each their part, and lets go of who is revoked", async () => {
    const hub = await startHub();
    for (const name of ["payments", "weather"])
      await hub.register({ name, transport: "http", endpoint: `http://127.0.0.1:9/${name}` });
    const page = await open(hub, "/ui/access", { width: 360, height: 780 });
    await page.getByRole("button", { name: "New token" }).click();
    const admin = await made(page, "root");

    await heading(page, "Sign in to MCP Hub");
    expect(await page.evaluate(layoutFaults)).toEqual([]);
    expect(await page.getByText("The hub does not answer").count()).toBe(0);
    await signIn(page, admin);
    await page.locator("[data-token]").waitFor();

    await page.getByRole("button", { name: "Who you are: root" }).click();
    await page
      .getByRole("dialog", { name: "root" })
      .getByText("administer the whole hub")
      .waitFor();
    await page.keyboard.press("Escape");

    await page.getByRole("button", { name: "New token" }).click();
    await page.getByLabel("Servers", { exact: true }).fill("pay*");
    const narrow = await made(page, "payer");
    await page.locator("[data-token]", { hasText: "call pay*" }).waitFor();

    const other = await open(hub, "/ui/servers");
    await signIn(other, narrow);
    await other.locator('[data-server="payments"]').waitFor();
    await isLoaded(other);
    expect(await other.locator("[data-server]").count()).toBe(1);

    const row = page.locator("[data-token]", { hasText: "payer" });
    await row.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("button", { name: "Revoke it" }).click();
    await row.waitFor({ state: "detached" });
    await heading(other, "Sign in to MCP Hub");

    await page.getByRole("button", { name: "Who you are: root" }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await heading(page, "Sign in to MCP Hub");
  });
});

describe("servers that wait", () => {
  test("are let in or refused with one click each", async () => {
    const { hub, admin } = await startAskingHub();
    const page = await open(hub, "/ui/access?tab=waiting");
    await signIn(page, admin);
    const row = (name: string) => page.locator(`[data-admission="${name}"]`);
    await row("payments").getByText("Nobody let this name in yet.").waitFor();
    await row("payments").getByRole("button", { name: "Admit" }).click();
    await row("payments").waitFor({ state: "detached" });
    await row("weather").getByRole("button", { name: "Refuse" }).click();
    await row("weather").getByText("refused", { exact: true }).waitFor();

    const read = (id: string) => ask<ServerDetail>(hub, admin, `/servers/${id}`);
    expect((await read("payments")).admission).toBeUndefined();
    expect((await read("weather")).admission?.state).toBe("refused");
    await page.goto("/ui/servers");
    await page.locator('[data-server="payments"]').waitFor();
    expect(await page.locator("[data-server]").count()).toBe(1);
  });
});

describe("the audit", () => {
  test("says who did what, narrowed by action and server", async () => {
    const { hub, admin } = await startAskingHub();
    await ask(hub, admin, "/servers/payments/admit", {});
    const page = await open(hub, "/ui/access?tab=audit");
    await signIn(page, admin);
    const lines = page.getByRole("region", { name: "Lines of the audit" }).locator("tbody tr");
    const admitted = lines.filter({ hasText: "Let in" });
    await admitted.waitFor();
    for (const text of ["admin", "payments", "Done"])
      expect(await admitted.textContent()).toContain(text);

    await lines.filter({ hasText: "payments" }).filter({ hasText: "Ask for admission" }).waitFor();

    await admitted.getByRole("button", { name: "Let in" }).click();
    const line = page.getByRole("dialog", { name: "Let in" });
    await line.getByText("payments", { exact: true }).waitFor();
    const after = line.getByRole("region", { name: "After" });
    await after.getByText("admitted").first().waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await line.waitFor({ state: "detached" });

    await page.getByRole("combobox", { name: "Action" }).selectOption("Register");
    await admitted.waitFor({ state: "detached" });
    await isLoaded(page);
    expect(await lines.count()).toBe(2);
    await page.getByRole("searchbox", { name: "Server id" }).fill("weather");
    await until("one line", async () => (await lines.count()) === 1);
    await page.reload();
    await lines.filter({ hasText: "weather" }).waitFor();
    expect(await lines.count()).toBe(1);
  });

  test("names who tried a tool on the page, and exports what its filters select", async () => {
    const hub = await startHub();
    startServer(hub, "server-1");
    await hub.status("mcp-server-1", "up");
    const { token } = await ask<MadeTokenView>(hub, "", "/tokens", {
      name: "Ada",
      grants: [{ action: "admin" }, { action: "read" }, { action: "call" }],
    });
    const page = await open(hub, "/ui/servers/mcp-server-1?tab=tools&item=convert_temperature");
    await signIn(page, token);
    await page.getByTestId("try").getByLabel("value").fill("20");
    await page.getByTestId("try").getByRole("combobox").selectOption("fahrenheit");
    await page.getByRole("button", { name: "Call", exact: true }).click();
    await page.getByTestId("duration").waitFor();

    await page.goto("/ui/access?tab=audit");
    const lines = page.getByRole("region", { name: "Lines of the audit" }).locator("tbody tr");
    await page.getByRole("combobox", { name: "Action" }).selectOption("Call");
    const called = lines.filter({ hasText: "convert_temperature" });
    await called.waitFor();
    for (const text of ["Ada", "mcp-server-1", "OK"])
      expect(await called.textContent()).toContain(text);

    await page.getByRole("searchbox", { name: "Subject" }).fill("another_tool");
    await page.getByText("Nothing in the audit fits.").waitFor();
    await page.getByRole("searchbox", { name: "Subject" }).fill("convert_temperature");
    await called.getByText("127.0.0.1").waitFor();
    await page.getByRole("searchbox", { name: "Who" }).fill("Ada");
    await page.getByRole("combobox", { name: "Outcome" }).selectOption("OK");
    await page.getByLabel("From", { exact: true }).fill("2026-01-01T00:00");
    await page.waitForURL(/action=call.*subject=convert_temperature.*who=Ada.*outcome=ok.*since=/);
    await page.reload();
    await called.waitFor();
    const coming = page.waitForEvent("download");
    await page.getByRole("link", { name: "Export NDJSON" }).click();
    const text = readFileSync(await (await coming).path(), "utf8");
    const exported = text.trimEnd().split("\n");
    expect(exported.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        action: "call",
        outcome: "ok",
        server: "mcp-server-1",
        subject: "convert_temperature",
        who: expect.objectContaining({ name: "Ada" }),
      }),
    ]);
    await expectToFitEveryScreen(page);

    await page.getByLabel("Until", { exact: true }).fill("2026-01-02T00:00");
    await page.getByText("Nothing in the audit fits.").waitFor();
    await page.getByRole("button", { name: "Everything" }).click();
    await lines.filter({ hasText: "Create a token" }).waitFor();
  });

  test("goes further back when asked to", async () => {
    const { hub, admin } = await startAskingHub();
    for (let one = 0; one < 110; one += 1)
      await ask(hub, admin, "/tokens", { name: `t${one}`, grants: [{ action: "read" }] });
    const page = await open(hub, "/ui/access?tab=audit&action=token-create");
    await signIn(page, admin);
    await page.getByRole("button", { name: "Show more" }).click();
    // While it loads, the button has another name.
    await until("all of them", async () => (await page.locator("tbody tr").count()) === 113);
    expect(await page.getByRole("button", { name: "Show more" }).count()).toBe(0);
  });
});

describe("a sign-in at the issuer that failed", () => {
  test.each(["light", "dark"] as const)(
    "is told in plain words at a page of its own, which leads on from there, %s",
    async (theme) => {
      const { hub, admin } = await startAskingHub();
      const at = "/ui/sign-in?problem=expired&to=%2Fui%2Faccess%3Ftab%3Daudit";
      const page = await open(hub, at, { theme, width: 360, height: 780 });
      await page.getByRole("alert").getByText("This sign-in is over").waitFor();
      expect(await page.evaluate(layoutFaults)).toEqual([]);
      expect(await violations(page)).toEqual([]);
      await signIn(page, admin);
      await page.waitForURL("**/ui/access?tab=audit");
      await page.getByRole("tab", { name: "Audit", selected: true }).waitFor();
    },
  );
});

describe("the settings", () => {
  test("are shown as they are in force, narrowed by words and to what was changed", async () => {
    const { hub, admin } = await startAskingHub();
    const page = await open(hub, "/ui/access?tab=settings");
    await signIn(page, admin);
    const rows = page.getByRole("region", { name: "Settings" }).locator("tbody tr");
    const admission = rows.filter({ hasText: "MCP_HUB_ADMISSION" });
    await admission.getByText("variable").waitFor();
    await admission.getByText("ask", { exact: true }).waitFor();
    await rows.filter({ hasText: "MCP_HUB_SIGN_IN_MS" }).getByText("12 h").waitFor();

    await page.keyboard.press("/");
    await page.keyboard.type("heartbeat between");
    await until("one row", async () => (await rows.count()) === 1);
    await page.waitForURL("**tab=settings&q=heartbeat**");
    await page.getByRole("searchbox", { name: "Search settings" }).fill("");
    await page.getByLabel("Only what is no default").check();
    await rows.filter({ hasText: "MCP_HUB_SIGN_IN_MS" }).waitFor({ state: "detached" });
    await page.reload();
    await admission.waitFor();
    expect(await page.getByLabel("Only what is no default").isChecked()).toBe(true);
    expect(await rows.filter({ hasText: "default" }).count()).toBe(0);
  });
});

describe("the pages about access", () => {
  test.each(["light", "dark"] as const)(
    "have nothing that axe finds and fit a small phone, %s",
    async (theme) => {
      const { hub, admin } = await startAskingHub();
      const page = await open(hub, "/ui/access", { theme, width: 360, height: 780 });
      const judge = async (what: string) => {
        expect([what, await page.evaluate(layoutFaults)]).toEqual([what, []]);
        expect([what, await violations(page)]).toEqual([what, []]);
      };
      await heading(page, "Sign in to MCP Hub");
      await judge("sign-in");
      await signIn(page, admin);
      await page.locator("[data-token]", { hasText: "register" }).waitFor();
      await judge("tokens");
      await page.getByRole("button", { name: "New token" }).click();
      const dialog = page.getByRole("dialog", { name: "New token" });
      await dialog.waitFor();
      const [outer, inner] = await Promise.all([
        dialog.boundingBox(),
        dialog.getByRole("button", { name: "Create token" }).boundingBox(),
      ]);
      const below = (box: typeof inner) => (box?.y ?? 0) + (box?.height ?? 0);
      expect(below(inner)).toBeLessThan(below(outer));
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.getByRole("tab", { name: "Admission" }).click();
      await page.locator('[data-admission="weather"]').waitFor();
      await isLoaded(page);
      await judge("admission");
      await page.getByRole("tab", { name: "Limits" }).click();
      const limit = page.getByRole("row").filter({
        has: page.getByRole("rowheader", { name: "MCP_HUB_MAX_SERVERS", exact: true }),
      });
      const part = Number(await limit.locator("[data-part]").getAttribute("data-part"));
      expect(part).toBeGreaterThanOrEqual(0);
      expect(part).toBeLessThan(0.1);
      await judge("limits");
      await page.getByRole("tab", { name: "Settings" }).click();
      await page.getByRole("rowheader", { name: "MCP_HUB_HOST" }).waitFor();
      await judge("settings");
      await page.getByRole("tab", { name: "Audit" }).click();
      await page.getByRole("rowheader", { name: "Create a token" }).first().waitFor();
      await judge("audit");
    },
  );
});
