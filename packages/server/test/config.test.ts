import { budgetNames, defaultBudgets, rowOf, settingOf } from "@hub/core";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../src/config.js";

describe("the environment", () => {
  test("an empty one gives the defaults", () => {
    const result = parseConfig({});
    expect(result).toMatchObject({
      ok: true,
      config: {
        host: "127.0.0.1",
        port: 8001,
        logLevel: "info",
        settings: { heartbeatMs: 10_000, leaseTtlMs: 30_000, downAfterMs: 90_000 },
      },
    });
  });

  test("MCP_HUB_PORT wins over PORT; an empty variable counts as unset", () => {
    expect(parseConfig({ PORT: "9000" })).toMatchObject({ config: { port: 9000 } });
    expect(parseConfig({ PORT: "9000", MCP_HUB_PORT: "9001" })).toMatchObject({
      config: { port: 9001 },
    });
    expect(parseConfig({ MCP_HUB_PORT: "" })).toMatchObject({ config: { port: 8001 } });
  });

  test("every budget is a setting with limits of its own", () => {
    for (const name of budgetNames) {
      const { least, most } = rowOf(name);
      expect(parseConfig({ [settingOf(name)]: `${most}` })).toMatchObject({
        config: { budgets: { [name]: most } },
      });
      for (const wrong of ["-1", "many", `${least - 1}`, `${most + 1}`]) {
        const result = parseConfig({ [settingOf(name)]: wrong, LOG_LEVEL: "loud" });
        expect(result.ok ? [] : result.problems, `${name} ${wrong}`).toHaveLength(2);
      }
    }
    expect(parseConfig({})).toMatchObject({ config: { budgets: defaultBudgets } });
  });

  test("every problem is told at once", () => {
    const result = parseConfig({
      MCP_HUB_PORT: "eight",
      MCP_HUB_SWEEP_MS: "1",
      MCP_HUB_ALLOWED_ORIGINS: "https://a.example/path",
      MCP_HUB_ALLOW_ENDPOINTS: "10.0.0.0/99",
      LOG_LEVEL: "loud",
      MCP_HUB_HOST: "0.0.0.0",
    });
    if (result.ok) throw new Error("must not be accepted");
    expect(result.problems).toHaveLength(6);
    expect(result.problems.join("\n")).toContain(
      'MCP_HUB_PORT must be a port number (got "eight")',
    );
  });

  test.each(["0.0.0.0", "::", "192.168.1.5", "example.org"])(
    "binding to %s is refused while there are no tokens",
    (host) => {
      expect(parseConfig({ MCP_HUB_HOST: host })).toMatchObject({ ok: false });
    },
  );

  test("a password in a variable is not repeated", () => {
    const result = parseConfig({ DATABASE_URL: "postgres://bob:SECRET-MARK@db/hub" });
    expect(JSON.stringify(result)).toContain("DATABASE_URL");
    expect(JSON.stringify(result)).not.toContain("SECRET-MARK");
  });

  test("numbers that contradict each other are refused", () => {
    expect(parseConfig({ MCP_HUB_LEASE_TTL_MS: "1000" })).toMatchObject({ ok: false });
    expect(
      parseConfig({
        MCP_HUB_LEASE_TTL_MS: "1000",
        MCP_HUB_LEASE_MIN_MS: "500",
        MCP_HUB_HEARTBEAT_MS: "300",
      }),
    ).toMatchObject({ ok: true });
  });
});
