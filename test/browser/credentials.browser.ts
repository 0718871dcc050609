import type { CredentialList, MadeTokenView, ServerDetail } from "@hub/api";
import {
  closeAll,
  closeServers,
  type HubProcess,
  ModernUpstream,
  serve,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { layoutFaults } from "./layout-faults.js";
import { isLoaded } from "./page.js";
import { ask, signIn } from "./signed-in.js";
import { cleanStage, open, startHub } from "./stage.js";
import { violations } from "./violations.js";

cleanStage();
afterEach(async () => {
  await closeAll();
  await closeServers();
});

const secret = "hx-5f1d0c7e9a4b";

/** A server that lets nobody in without a header. */
async function startSafe(value: string, name = "authorization"): Promise<ModernUpstream> {
  const upstream = new ModernUpstream({ name: "safe" });
  upstream.intercept = (request, response) => {
    if (request.headers[name] === value) return false;
    request.resume();
    response.writeHead(401, { "www-authenticate": "Bearer" }).end();
    return true;
  };
  return upstream.start();
}

/** A hub that knows who asks, with the server `safe` at an endpoint, which it asked already. */
async function startHubOf({ endpoint }: ModernUpstream) {
  const hub = await startHub();
  const { token: admin } = await ask<MadeTokenView>(hub, "", "/tokens", {
    name: "root",
    grants: [{ action: "admin" }],
  });
  await register(hub, admin, endpoint);
  await status(hub, admin, "needs-token");
  return { hub, admin };
}

const register = (hub: HubProcess, token: string, endpoint: string) =>
  ask(hub, token, "/register", {
    name: "safe",
    transport: "streamable-http",
    endpoint,
    lease: { ttlMs: 3_600_000 },
  });

const status = (hub: HubProcess, token: string, wanted: ServerDetail["status"]) =>
  until(`safe to be ${wanted}`, async () => {
    const { status: found } = await ask<ServerDetail>(hub, token, "/servers/safe");
    return found === wanted;
  });

const held = (hub: HubProcess, token: string) =>
  ask<CredentialList>(hub, token, "/servers/safe/credentials");

describe("a server that needs a token", () => {
  test("gets it from its card, without a mouse; it is replaced and removed, and read by nobody", async () => {
    const { hub, admin } = await startHubOf(await startSafe(`Bearer ${secret}`));
    const page = await open(hub, "/ui/servers");
    await signIn(page, admin);
    const link = page.getByRole("link", { name: "Give it a token: safe" });
    await link.focus();
    await page.keyboard.press("Enter");
    await page.waitForURL("**/ui/servers/safe?tab=credentials");
    await page.getByLabel("Token", { exact: true }).focus();
    await page.keyboard.type(secret);
    await page.keyboard.press("Enter");

    const row = page.locator('[data-credential="Authorization"]');
    await row.getByText("Set by root on").waitFor();
    await row.getByText("sent", { exact: true }).waitFor();
    await status(hub, admin, "up");
    await page.locator('[data-status="up"]').first().waitFor();
    expect(await page.content()).not.toContain(secret);

    await row.getByRole("button", { name: "Replace Authorization" }).click();
    const dialog = page.getByRole("dialog", { name: "Replace Authorization" });
    expect(await dialog.getByLabel("Token", { exact: true }).inputValue()).toBe("");
    await dialog.getByRole("button", { name: "Replace it" }).click();
    await dialog.getByText("visible ASCII").first().waitFor();
    await dialog.getByLabel("Token", { exact: true }).fill("another");
    await dialog.getByRole("button", { name: "Replace it" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByTestId("diagnosis").getByText("refused the hub's credential").waitFor();

    await row.getByRole("button", { name: "Remove Authorization" }).click();
    await page.getByRole("button", { name: "Remove it" }).click();
    await row.waitFor({ state: "detached" });
    expect((await held(hub, admin)).credentials).toEqual([]);
    // With nothing held, the form is what there is.
    await page.getByRole("button", { name: "Give it", exact: true }).waitFor();
  });

  test("gets another header, and credentials of an OAuth client", async () => {
    const issuer = await serve((request, response) => {
      request.resume();
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ access_token: secret, token_type: "bearer", expires_in: 3_600 }));
    });
    const { hub, admin } = await startHubOf(await startSafe(`Bearer ${secret}`));
    const page = await open(hub, "/ui/servers/safe?tab=credentials");
    await signIn(page, admin);
    await page.getByLabel("Another header").check();
    await page.getByLabel("Header", { exact: true }).fill("Cookie");
    await page.getByLabel("Value", { exact: true }).fill("k");
    await page.getByRole("button", { name: "Give it", exact: true }).click();
    await page
      .getByLabel("Header", { exact: true })
      .and(page.locator("[aria-invalid=true]"))
      .waitFor();
    await page.getByLabel("Header", { exact: true }).fill("X-Api-Key");
    await page.getByRole("button", { name: "Give it", exact: true }).click();
    await page.locator('[data-credential="X-Api-Key"]').waitFor();

    await page.getByRole("button", { name: "Give another" }).click();
    await page.getByLabel("An OAuth client").check();
    await page.getByLabel("Token endpoint").fill(`${issuer.origin}/token`);
    await page.getByLabel("Client id").fill("hub");
    await page.getByLabel("Client secret").fill("of the client");
    await page.getByRole("button", { name: "Give it", exact: true }).click();
    const row = page.locator('[data-credential="Authorization"]');
    await row.getByText(`OAuth client, tokens from ${issuer.origin}/token`).waitFor();
    await status(hub, admin, "up");
    await row.getByText("sent", { exact: true }).waitFor();
    expect((await held(hub, admin)).credentials.map(({ kind }) => kind)).toEqual([
      "oauth-client",
      "header",
    ]);
  });

  test("that moved gets nothing until an admin confirms where it is", async () => {
    const before = await startSafe(`Bearer ${secret}`);
    const { hub, admin } = await startHubOf(before);
    const page = await open(hub, "/ui/servers/safe?tab=credentials");
    await signIn(page, admin);
    await page.getByLabel("Token", { exact: true }).fill(secret);
    await page.getByRole("button", { name: "Give it", exact: true }).click();
    await status(hub, admin, "up");
    await before.stop();

    const after = await startSafe(`Bearer ${secret}`);
    await until("the name to be free", () =>
      register(hub, admin, after.endpoint).then(
        () => true,
        () => false,
      ),
    );
    await until("the hub to be there", async () => {
      const { credentials, origins } = await held(hub, admin);
      return credentials[0]?.state === "moved" && origins.length === 1;
    });
    const { origin } = new URL(after.endpoint);
    const moved = page.getByRole("region", { name: "This server moved to another host" });
    await moved.getByText(new URL(before.endpoint).origin).waitFor();
    await moved.getByRole("button", { name: `Send them to ${origin}` }).click();
    await moved.waitFor({ state: "detached" });
    await status(hub, admin, "up");
  });

  test("offers its form to nobody who may not administer it", async () => {
    const { hub, admin } = await startHubOf(await startSafe(`Bearer ${secret}`));
    const { token } = await ask<MadeTokenView>(hub, admin, "/tokens", {
      name: "reader",
      grants: [{ action: "read" }],
    });
    const page = await open(hub, "/ui/servers");
    await signIn(page, token);
    await page.locator('[data-server="safe"]').waitFor();
    await isLoaded(page);
    expect(await page.getByRole("link", { name: "Give it a token: safe" }).count()).toBe(0);
    await page.goto("/ui/servers/safe?tab=credentials");
    await page.getByRole("tab", { name: "Overview", selected: true }).waitFor();
    expect(await page.getByRole("tab", { name: "Credentials" }).count()).toBe(0);
  });

  test.each(["light", "dark"] as const)(
    "has a form that axe finds nothing in and that fits a small phone, %s",
    async (theme) => {
      const { hub, admin } = await startHubOf(await startSafe(`Bearer ${secret}`));
      const page = await open(hub, "/ui/servers", { theme, width: 360, height: 780 });
      const judge = async (what: string) => {
        expect([what, await page.evaluate(layoutFaults)]).toEqual([what, []]);
        expect([what, await violations(page)]).toEqual([what, []]);
      };
      await signIn(page, admin);
      await page.getByRole("link", { name: "Give it a token: safe" }).waitFor();
      await judge("card");
      await page.getByRole("link", { name: "Give it a token: safe" }).click();
      await page.getByLabel("An OAuth client").check();
      await judge("form");
      await page.getByLabel("Another header").check();
      await page.getByLabel("Header", { exact: true }).fill("X-Api-Key");
      await page.getByLabel("Value", { exact: true }).fill("k");
      await page.getByRole("button", { name: "Give it", exact: true }).click();
      await page.locator('[data-credential="X-Api-Key"]').waitFor();
      await isLoaded(page);
      await judge("held");
    },
  );
});
