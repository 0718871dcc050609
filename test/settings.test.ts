import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SettingList } from "@hub/api";
import { hubSettings } from "@hub/core/environment";
import { HubProcess } from "@hub/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runInProcess } from "../apps/hub/test/support/in-process.js";

const folder = mkdtempSync(join(tmpdir(), "mcp-hub-settings-"));
const token = `mh_root_${"A".repeat(43)}`;
const clientSecret = "s3cr3t-of-the-client";
const tokensFile = join(folder, "tokens.json");
const secretFile = join(folder, "client-secret");
let hub: HubProcess;

beforeAll(async () => {
  const sha256 = createHash("sha256").update(token).digest("hex");
  writeFileSync(
    tokensFile,
    JSON.stringify([{ id: "root", name: "root", sha256, grants: [{ action: "admin" }] }]),
  );
  writeFileSync(secretFile, `${clientSecret}\n`);
  hub = await HubProcess.start({
    MCP_HUB_TOKENS_FILE: tokensFile,
    // Nobody is asked until somebody signs in.
    MCP_HUB_OIDC_ISSUER: "http://127.0.0.1:9",
    MCP_HUB_OIDC_CLIENT_ID: "hub",
    MCP_HUB_OIDC_CLIENT_SECRET_FILE: secretFile,
    MCP_HUB_ALLOW_ENDPOINTS: "10.0.0.0/8 fd00::/8",
    MCP_HUB_HEARTBEAT_MS: "9000",
    MCP_HUB_MAX_SERVERS: "7",
  });
});
afterAll(async () => {
  await hub.stop();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...words: string[]) =>
  runInProcess(["settings", ...words], {
    environment: { MCP_HUB_URL: hub.url, MCP_HUB_TOKEN: token },
  });

async function asJson(...words: string[]) {
  const { code, out, err } = await run(...words, "--json");
  expect([code, err]).toEqual([0, ""]);
  const { settings }: SettingList = JSON.parse(out);
  return settings;
}

describe("mcp-hub settings", () => {
  test("shows every setting with its value, its unit and where it came from", async () => {
    const settings = await asJson();
    expect(settings.map(({ name }) => name).toSorted()).toEqual(
      hubSettings.filter((name) => name !== "PORT").toSorted(),
    );
    const expected = {
      MCP_HUB_HOST: { value: "127.0.0.1", source: "default" },
      MCP_HUB_PORT: { value: hub.port, source: "variable" },
      MCP_HUB_DATA_DIR: { value: hub.dataDir, source: "variable" },
      MCP_HUB_ALLOW_ENDPOINTS: { value: ["10.0.0.0/8", "fd00::/8"], source: "variable" },
      MCP_HUB_TOKENS_FILE: { value: "1 token", source: "file", from: tokensFile },
      MCP_HUB_OIDC_CLIENT_SECRET_FILE: { value: "set", source: "file", from: secretFile },
      MCP_HUB_HEARTBEAT_MS: { value: 9_000, source: "variable", unit: "milliseconds" },
      MCP_HUB_LEASE_TTL_MS: { value: 30_000, source: "default", unit: "milliseconds" },
      MCP_HUB_MAX_SERVERS: { value: 7, source: "variable", unit: "items" },
      LOG_FORMAT: { value: "json", source: "variable" },
      LOG_LEVEL: { value: "info", source: "default" },
    };
    for (const [name, of] of Object.entries(expected))
      expect(settings.find((one) => one.name === name)).toMatchObject(of);
    const text = JSON.stringify(settings);
    for (const kept of [token, clientSecret]) expect(text).not.toContain(kept);
  });

  test("narrows to words, and to what is no default; without rights it is refused", async () => {
    expect((await asJson("lease", "without")).map(({ name }) => name)).toEqual([
      "MCP_HUB_LEASE_TTL_MS",
    ]);
    const changed = await asJson("--changed");
    expect(changed.every(({ source }) => source !== "default")).toBe(true);
    const { out } = await run("heartbeat", "--changed");
    expect(out).toMatch(/^SETTING +VALUE +FROM .*\nMCP_HUB_HEARTBEAT_MS +9000 +variable /);
    const refused = await runInProcess(["settings"], { environment: { MCP_HUB_URL: hub.url } });
    expect(refused.code).toBe(4);
    expect(await run("nothing-like-it")).toMatchObject({ code: 0, err: "No setting fits.\n" });
    expect(await run("--changed", "lease", "without")).toMatchObject({
      code: 0,
      err: "Every setting that fits has its default.\n",
    });
  });
});
