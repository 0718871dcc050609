import type { SettingList } from "@hub/api";
import { hubSettings } from "@hub/core/environment";
import { closeAll, knownTokens, TestHub } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const access = knownTokens({
  root: [{ action: "admin" }],
  narrow: [{ action: "admin", servers: ["payments-*"] }],
});

async function shown(hub: TestHub) {
  const { settings } = (await hub.rest("GET", "/settings")) as SettingList; // held to the contract
  const byName = new Map(settings.map((setting) => [setting.name, setting]));
  return {
    settings,
    of: (name: string) => {
      const { value, source, unit } = byName.get(name) ?? {};
      return [value, source, ...(unit === undefined ? [] : [unit])];
    },
  };
}

describe("GET /settings of a hub within a program", () => {
  test("says what the program chose, and that everything else is a default", async () => {
    const hub = await TestHub.start({
      access,
      token: "root",
      budgets: { servers: 7 },
      settings: { heartbeatMs: 9_000 },
      config: { admit: ["payments-*"], publicUrl: "https://hub.example" },
      oidc: {
        people: {
          issuer: "http://127.0.0.1:9",
          clientId: "hub",
          clientSecret: "s3cr3t-of-the-client",
          rules: [{ grants: [{ action: "read" }] }],
        },
      },
    });
    const { settings, of } = await shown(hub);
    expect(of("MCP_HUB_HEARTBEAT_MS")).toEqual([9_000, "program", "milliseconds"]);
    expect(of("MCP_HUB_SWEEP_MS")).toEqual([5_000, "default", "milliseconds"]);
    expect(of("MCP_HUB_MAX_SERVERS")).toEqual([7, "program", "items"]);
    expect(of("MCP_HUB_MAX_LOG_BYTES")).toEqual([65_536, "default", "bytes"]);
    expect(of("MCP_HUB_ADMIT")).toEqual([["payments-*"], "program"]);
    expect(of("MCP_HUB_TRUSTED_PROXIES")).toEqual([[], "default"]);
    // Nobody set it: it follows from the public URL.
    expect(of("MCP_HUB_ADMISSION")).toEqual(["ask", "default"]);
    expect(of("MCP_HUB_OIDC_CLIENT_ID")).toEqual(["hub", "program"]);
    expect(of("MCP_HUB_OIDC_CLIENT_SECRET_FILE")).toEqual(["set", "program"]);
    expect(of("MCP_HUB_OIDC_GRANTS_FILE")).toEqual(["1 rule", "program"]);
    expect(of("MCP_HUB_TOKENS_FILE")).toEqual([null, "default"]);
    expect(JSON.stringify(settings)).not.toContain("s3cr3t");
    // What a program logs, and how, is its own.
    const beside = ["PORT", "LOG_LEVEL", "LOG_FORMAT", "DATABASE_URL"];
    expect(settings.map(({ name }) => name).toSorted()).toEqual(
      hubSettings.filter((name) => !beside.includes(name)).toSorted(),
    );
  });

  test("is for those who administer the whole hub", async () => {
    const hub = await TestHub.start({ access });
    const ask = (token?: string) =>
      fetch(`${hub.url}/settings`, {
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      });
    expect((await ask()).status).toBe(401);
    expect((await ask("narrow")).status).toBe(403);
    const answer = await ask("root");
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
  });
});
