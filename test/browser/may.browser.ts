import type { MadeTokenView } from "@hub/api";
import { closeServers, type HubProcess, serveV2 } from "@hub/testing";
import type { Page } from "playwright-core";
import { afterEach, describe, expect, test } from "vitest";
import { ask, signIn } from "./signed-in.js";
import { cleanStage, open, startHub } from "./stage.js";

cleanStage();
afterEach(closeServers);

/** A hub with two servers and a toolset, and what makes tokens of it. */
async function startHeldHub(): Promise<{
  readonly hub: HubProcess;
  readonly token: (...grants: object[]) => Promise<string>;
}> {
  const hub = await startHub();
  const make = async (as: string, grants: readonly object[]) =>
    (await ask<MadeTokenView>(hub, as, "/tokens", { name: "somebody", grants })).token;
  const admin = await make("", [{ action: "admin" }]);
  for (const name of ["billing", "weather"]) {
    const { origin } = await serveV2({ name });
    await ask(hub, admin, "/register", {
      name,
      transport: "streamable-http",
      endpoint: `${origin}/mcp`,
      lease: { ttlMs: 3_600_000 },
    });
  }
  await ask(hub, admin, "/toolsets", { id: "desk", name: "Desk", servers: ["billing"] });
  return { hub, token: (...grants) => make(admin, grants) };
}

/** What the palette offers to do for these words. */
async function offered(page: Page, words: string): Promise<readonly string[]> {
  await page.getByRole("banner").getByRole("button", { name: /Go to/ }).click();
  const matches = page.getByRole("listbox", { name: "Matches" });
  await matches.waitFor();
  await page.getByRole("combobox").fill(words);
  await page
    .getByRole("combobox")
    .and(page.locator(`[value="${words}"]`))
    .waitFor();
  const found = await matches
    .getByRole("option")
    .filter({ hasText: /Do$/ })
    .locator("span.truncate:first-of-type")
    .allTextContents();
  await page.keyboard.press("Escape");
  await matches.waitFor({ state: "detached" });
  return found;
}

const buttons = async (page: Page) =>
  (await page.locator("main").getByRole("button").or(page.locator("main").getByRole("link")).all())
    .length;

describe("what somebody may not do", { timeout: 120_000 }, () => {
  test("neither the palette nor a page offers to who may read only", async () => {
    const { hub, token } = await startHeldHub();
    const page = await open(hub, "/");
    await signIn(page, await token({ action: "read" }));
    await page.locator('[data-server="billing"]').waitFor();
    expect(await offered(page, "billing")).toEqual([
      "Connect to billing",
      "Copy the address of billing",
    ]);
    for (const words of ["probe", "probe bil", "add", "new", "edit", "remove"])
      expect([words, await offered(page, words)]).toEqual([words, []]);
    expect(await offered(page, "theme: d")).toEqual(["Theme: dark"]);

    const none = async (path: string, names: readonly string[], seen: string) => {
      await page.goto(path);
      await page.locator("main").getByText(seen, { exact: true }).first().waitFor();
      expect(await buttons(page)).toBeGreaterThan(0);
      for (const name of names) {
        const found = page.getByRole("button", { name }).or(page.getByRole("link", { name }));
        expect([path, name, await found.count()]).toEqual([path, name, 0]);
      }
    };
    await none("/ui/servers", ["Add server"], "billing");
    const ofServer = ["Probe now", "Edit", "Hide", "Remove", "Try a tool"];
    await none("/ui/servers/billing", ofServer, "Connect");
    await none("/ui/toolsets", ["New toolset", "Edit Desk", "Delete Desk"], "Desk");
    await page.goto("/ui/servers/billing?tab=tools&item=greet");
    await page.getByText("You may see this, but not call it.").waitFor();
    const call = page.getByRole("button", { name: "Call", exact: true });
    expect(await call.getAttribute("aria-disabled")).toBe("true");
    await page.goto("/ui/servers");
    await page.getByRole("button", { name: "Select" }).click();
    const bar = page.getByRole("region", { name: "Selected servers" });
    expect(await bar.getByRole("button").allTextContents()).toEqual(["Select all", "Favourite"]);
  });

  test("is offered for the servers where they may", async () => {
    const { hub, token } = await startHeldHub();
    const page = await open(hub, "/ui/servers/weather");
    await signIn(
      page,
      await token(
        { action: "read" },
        { action: "call", servers: ["bill*"] },
        { action: "register" },
      ),
    );
    await page.getByRole("heading", { level: 1, name: "weather" }).waitFor();
    await page.locator('[data-main-action="connect"]').waitFor();
    expect(await page.getByRole("button", { name: "Probe now" }).count()).toBe(0);
    expect(await offered(page, "probe wea")).toEqual([]);
    expect(await offered(page, "probe bil")).toEqual(["Probe billing"]);
    expect(await offered(page, "add")).toEqual(["Add a server"]);
    expect(await offered(page, "new")).toEqual([]);
    await page.goto("/ui/servers/billing");
    await page.getByRole("button", { name: "Probe now" }).click();
    // The hub says yes where the page offered it.
    await page.getByText(/^Probed: it answers/).waitFor();
    expect(await page.getByRole("button", { name: "Remove" }).count()).toBe(0);
    await page.goto("/ui/servers/billing?tab=tools&item=greet");
    await page.getByRole("button", { name: "Call", exact: true }).waitFor();
    expect(await page.getByText("You may see this").count()).toBe(0);

    await page.goto("/ui/servers");
    await page.getByRole("button", { name: "Select", exact: true }).click();
    const bar = page.getByRole("region", { name: "Selected servers" });
    await bar.getByRole("button", { name: "Select all" }).click();
    // Said in words that a finger reads as well, not where only a mouse finds them.
    await bar.getByText("You may not probe weather.").waitFor();
    expect(await bar.getByRole("button", { name: "Probe" }).isDisabled()).toBe(true);
    await page.getByRole("checkbox", { name: "weather" }).click();
    await bar.getByText("You may not probe").waitFor({ state: "detached" });
    expect(await bar.getByRole("button", { name: "Probe" }).isEnabled()).toBe(true);
  });
});
