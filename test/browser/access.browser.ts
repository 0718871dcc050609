import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { layoutFaults } from "./layout-faults.js";
import { isLoaded } from "./page.js";
import { cleanStage, open, startHub } from "./stage.js";

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

describe("the limits of a hub", () => {
  test("are shown", async () => {
    const hub = await startHub();
    const page = await open(hub, "/ui/access?tab=limits", { width: 360, height: 780 });
    await page.getByRole("cell", { name: "MCP_HUB_MAX_SERVERS", exact: true }).waitFor();
    expect(await page.evaluate(layoutFaults)).toEqual([]);
  });
});
