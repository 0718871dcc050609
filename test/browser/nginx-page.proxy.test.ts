import { createHash, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  closeAll,
  freePort,
  HubProcess,
  ModernUpstream,
  OidcIssuer,
  textResult,
} from "@hub/testing";
import { afterAll, expect, test } from "vitest";
import { startNginx } from "../support/nginx.js";
import { ask } from "./signed-in.js";
import { cleanStage, open } from "./stage.js";

const folder = process.env.HUB_PROXY_FOLDER ?? "";

afterAll(closeAll);
cleanStage();

test("behind nginx, a person signs in at the issuer, sees what happens, and calls a tool by name", async () => {
  const port = await freePort();
  const publicUrl = `https://127.0.0.1:${port}`;
  const fetched: string[] = [];
  const issuer = await OidcIssuer.start({
    // Over TLS and through nginx, but without its guard of addresses: the hub is on this machine.
    fetch: (url, { method = "GET", headers = {}, redirect = "manual" } = {}) => {
      fetched.push(String(url));
      return fetch(url, { method, headers, redirect });
    },
  });
  issuer.account = { sub: "7", name: "Ada Lovelace", groups: ["sailors"] };
  const secret = randomBytes(60).toString("base64").replace(/\W/g, "").slice(0, 43);
  const admin = `mh_operator_${secret}`;
  const sha256 = createHash("sha256").update(admin).digest("hex");
  const tokens = join(folder, "page-tokens.json");
  const entry = { id: "operator", name: "operator", sha256, grants: [{ action: "admin" }] };
  writeFileSync(tokens, JSON.stringify([entry]));
  const hub = await HubProcess.start({
    MCP_HUB_PUBLIC_URL: publicUrl,
    MCP_HUB_TRUSTED_PROXIES: "127.0.0.1",
    // A name that is not this machine's makes it a hub on a network.
    MCP_HUB_ALLOWED_HOSTS: "hub.example",
    MCP_HUB_ALLOW_ENDPOINTS: "127.0.0.0/8",
    MCP_HUB_TOKENS_FILE: tokens,
    MCP_HUB_ADMISSION: "open",
    MCP_HUB_OIDC_ISSUER: issuer.url,
  });
  try {
    await startNginx({ port, hubPorts: [hub.port], folder });
    const tides = await ModernUpstream.start({ tools: ["high"] });
    tides.on("high", () => ({ ...textResult("at noon"), resultType: "complete" }));
    const register = (name: string, endpoint: string) =>
      ask(hub, admin, "/register", { name, endpoint, transport: "http" });
    await register("tides", tides.endpoint);

    const page = await open({ url: publicUrl }, "/", { beside: [issuer.url] });
    await page.getByRole("link", { name: /^Sign in with / }).click();
    // The issuer knew no client: it read the document that the hub serves, through nginx.
    await page.locator('[data-server="tides"]').waitFor();
    expect(fetched).toContain(`${publicUrl}/session/client.json`);

    await register("latecomer", "http://127.0.0.1:9/mcp");
    // Whether it wants somebody, or is one of the others yet.
    await page.getByText("latecomer").first().waitFor();

    await page.goto("/ui/servers/tides?tab=tools&item=high");
    const panel = page.getByTestId("try");
    await panel.getByRole("button", { name: "Call", exact: true }).click();
    await panel.getByText("at noon").first().waitFor();

    const { lines } = await ask<{ lines: readonly object[] }>(hub, admin, "/audit?action=call");
    expect(lines).toMatchObject([
      {
        who: { kind: "person", name: "Ada Lovelace" },
        server: "tides",
        subject: "high",
        outcome: "ok",
      },
    ]);
    await page.goto("/ui/access?tab=audit");
    const shown = page.getByRole("region", { name: "Lines of the audit" }).locator("tbody tr");
    await shown.filter({ hasText: "Ada Lovelace" }).filter({ hasText: "tides" }).first().waitFor();
  } finally {
    await hub.stop();
  }
});
