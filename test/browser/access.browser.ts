import type { MadeTokenView, ServerDetail } from "@hub/api";
import { type HubProcess, holdResponse, until } from "@hub/testing";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { layoutFaults } from "./layout-faults.js";
import { isLoaded } from "./page.js";
import { cleanStage, open, startHub } from "./stage.js";
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
  const token = await shown.locator("pre").textContent();
  expect(token).toMatch(/^mh_/);
  await shown.getByRole("button", { name: "I have it" }).click();
  return token ?? "";
}

/** Signs in as somebody without a mouse does. */
async function signIn(page: Page, token: string): Promise<void> {
  await heading(page, "Sign in to MCP Hub");
  await page.getByLabel("Token", { exact: true }).focus();
  await page.keyboard.type(token);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Sign in to MCP Hub" }).waitFor({ state: "detached" });
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

    const other = await open(hub, "/");
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

/** Asks the hub as the holder of a token. */
async function ask<Answer>(hub: HubProcess, token: string, path: string, body?: object) {
  const response = await fetch(`${hub.url}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      "content-type": "application/json",
      ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(await response.text());
  await holdResponse(body === undefined ? "GET" : "POST", path, response);
  return (await response.json()) as Answer; // its form was just seen
}

/** A hub that asks before it lets servers in: two wait, which somebody registered who may register anything. */
async function startAskingHub(): Promise<{ readonly hub: HubProcess; readonly admin: string }> {
  const hub = await startHub({ MCP_HUB_ADMISSION: "ask" });
  const create = async (action: string, as: string) =>
    (await ask<MadeTokenView>(hub, as, "/tokens", { name: action, grants: [{ action }] })).token;
  const admin = await create("admin", "");
  const registrar = await create("register", admin);
  for (const name of ["payments", "weather"])
    await ask(hub, registrar, "/register", {
      name,
      transport: "streamable-http",
      endpoint: "http://127.0.0.1:9/mcp",
      lease: { ttlMs: 3_600_000 },
    });
  return { hub, admin };
}

describe("servers that wait", () => {
  test("are let in or refused with one click each", async () => {
    const { hub, admin } = await startAskingHub();
    const page = await open(hub, "/ui/access?tab=waiting");
    await signIn(page, admin);
    const row = (name: string) => page.locator(`[data-admission="${name}"]`);
    await row("payments").getByText("Nobody let this name in yet.").waitFor();
    await row("payments").getByRole("button", { name: "Let it in" }).click();
    await row("payments").waitFor({ state: "detached" });
    await row("weather").getByRole("button", { name: "Refuse it" }).click();
    await row("weather").getByText("refused", { exact: true }).waitFor();

    const read = (id: string) => ask<ServerDetail>(hub, admin, `/servers/${id}`);
    expect((await read("payments")).admission).toBeUndefined();
    expect((await read("weather")).admission?.state).toBe("refused");
    await page.goto("/");
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
    for (const text of ["admin", "payments", "done"])
      expect(await admitted.textContent()).toContain(text);

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

  test("goes further back when asked to", async () => {
    const { hub, admin } = await startAskingHub();
    for (let one = 0; one < 110; one += 1)
      await ask(hub, admin, "/tokens", { name: `t${one}`, grants: [{ action: "read" }] });
    const page = await open(hub, "/ui/access?tab=audit&action=token-create");
    await signIn(page, admin);
    await page.getByRole("button", { name: "Show more" }).click();
    await page.getByRole("button", { name: "Show more" }).waitFor({ state: "detached" });
    expect(await page.locator("tbody tr").count()).toBe(112);
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
      await page.getByRole("dialog", { name: "New token" }).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.getByRole("tab", { name: "Admission" }).click();
      await page.locator('[data-admission="weather"]').waitFor();
      await isLoaded(page);
      await judge("admission");
      await page.getByRole("tab", { name: "Limits" }).click();
      await page.getByRole("cell", { name: "MCP_HUB_MAX_SERVERS", exact: true }).waitFor();
      await judge("limits");
      await page.getByRole("tab", { name: "Audit" }).click();
      await page.getByRole("rowheader", { name: "Create a token" }).first().waitFor();
      await judge("audit");
    },
  );
});
