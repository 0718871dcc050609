import { hubSettings, settingsOfOthers } from "@hub/core/environment";
import { budgetNames, defaultBudgets, rowOf, settingOf } from "@hub/core/limits";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../src/config.js";
import { timeSettings } from "../src/settings.js";

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
      const range = `${settingOf(name)} must be ${least}-${most} `;
      expect(parseConfig({ [settingOf(name)]: `${most}` })).toMatchObject({
        config: { budgets: { [name]: most } },
      });
      for (const wrong of ["-1", "many", `${least - 1}`, `${most + 1}`]) {
        const result = parseConfig({ [settingOf(name)]: wrong, LOG_LEVEL: "loud" });
        const problems = result.ok ? [] : result.problems;
        expect(problems, `${name} ${wrong}`).toHaveLength(2);
        expect(problems.join("\n")).toContain(range);
      }
    }
    expect(parseConfig({})).toMatchObject({ config: { budgets: defaultBudgets } });
  });

  test("every time has a range, and a value outside it is refused with that range", () => {
    for (const [name, { least, most }] of Object.entries(timeSettings))
      for (const wrong of [
        "-1",
        "1.5",
        "1e3",
        "ten",
        `${least - 1}`,
        `${most + 1}`,
        "9".repeat(40),
      ])
        expect(parseConfig({ [name]: wrong })).toMatchObject({
          ok: false,
          problems: [
            `${name} must be ${least}-${most} milliseconds, as a whole number (got "${wrong}")`,
          ],
        });
  });

  test("every problem is told at once", () => {
    const result = parseConfig({
      MCP_HUB_PORT: "eight",
      MCP_HUB_SWEEP_MS: "1",
      MCP_HUB_ALLOWED_ORIGINS: "https://a.example/path",
      MCP_HUB_ALLOW_ENDPOINTS: "10.0.0.0/99",
      LOG_LEVEL: "loud",
    });
    if (result.ok) throw new Error("must not be accepted");
    expect(result.problems).toHaveLength(5);
    expect(result.problems.join("\n")).toContain(
      'MCP_HUB_PORT must be a port number, 0-65535 (got "eight")',
    );
  });

  test("a public URL is an origin, with or without a slash behind it, and proxies are addresses", () => {
    const read = parseConfig({
      MCP_HUB_PUBLIC_URL: "https://Hub.example:443/",
      MCP_HUB_TRUSTED_PROXIES: "127.0.0.1, 10.0.0.0/8 ::1",
    });
    if (!read.ok) throw new Error(read.problems.join());
    expect(read.config.publicUrl).toBe("https://hub.example");
    expect(read.config.trustedProxies).toEqual(["127.0.0.1", "10.0.0.0/8", "::1"]);
    for (const url of [
      "hub.example",
      "https://hub.example/hub",
      "https://a:b@hub.example",
      "ws://x",
    ])
      expect(parseConfig({ MCP_HUB_PUBLIC_URL: url })).toMatchObject({
        ok: false,
        problems: [expect.stringContaining("MCP_HUB_PUBLIC_URL must be an origin")],
      });
    for (const proxy of ["nginx", "10.0.0.0/40", "10.0.0.1:80"])
      expect(parseConfig({ MCP_HUB_TRUSTED_PROXIES: proxy })).toMatchObject({
        ok: false,
        problems: [expect.stringContaining("MCP_HUB_TRUSTED_PROXIES must be addresses")],
      });
  });

  test("other hubs reach one at an address and a port of its machine, in the clear", () => {
    const read = parseConfig({ MCP_HUB_PEER_URL: "http://10.0.0.5:8002/" });
    expect(read).toMatchObject({ ok: true, config: { peerUrl: "http://10.0.0.5:8002" } });
    for (const url of [
      "10.0.0.5:8002",
      "https://10.0.0.5:8002",
      "http://10.0.0.5:8002/peer",
      "http://0.0.0.0:8002",
      "http://[::]:8002",
    ])
      expect(parseConfig({ MCP_HUB_PEER_URL: url })).toMatchObject({
        ok: false,
        problems: [expect.stringContaining("MCP_HUB_PEER_URL must be where other hubs reach")],
      });
  });

  test("a password in a variable is not repeated", () => {
    const result = parseConfig({ DATABASE_URL: "mysql://bob:SECRET-MARK@db/hub" });
    expect(JSON.stringify(result)).toContain("DATABASE_URL");
    expect(JSON.stringify(result)).not.toContain("SECRET-MARK");
  });

  test.each([
    ["MCP_HUB_PEER_URL", "http://bob:SECRET-MARK@10.0.0.5:8002"],
    ["MCP_HUB_PUBLIC_URL", "https://bob:SECRET-MARK@hub.example"],
    ["MCP_HUB_PUBLIC_URL", "https://bob:with/SECRET-MARK@hub.example"],
    ["MCP_HUB_ALLOWED_ORIGINS", "https://SECRET-MARK@tools.example,https://hub.example"],
  ])("a password in the address of %s is refused and not repeated", (name, url) => {
    const result = JSON.stringify(parseConfig({ [name]: url }));
    expect(result).toContain(`"${name} must be`);
    expect(result).not.toContain("SECRET-MARK");
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

describe("variables that the hub does not know", () => {
  const unknownIn = (env: Readonly<Record<string, string>>) => parseConfig(env).unknown;

  test.each([
    ["MCP_HUB_PROT", "MCP_HUB_PORT"],
    ["mcp_hub_port", "MCP_HUB_PORT"],
    ["MCP_HUB_DATADIR", "MCP_HUB_DATA_DIR"],
    ["MCP_HUB_DATA", "MCP_HUB_DATA_DIR"],
    ["MCP_HUB_TOKENS_FILES", "MCP_HUB_TOKENS_FILE"],
    ["MCP_HUB_TTL_MS", "MCP_HUB_LEASE_TTL_MS"],
    ["MCP_HUB_HEARTBEAT", "MCP_HUB_HEARTBEAT_MS"],
    ["MCP_HUB_LOG_LEVEL", "LOG_LEVEL"],
    ["MCP_HUB_CONNECTIONS", "MCP_HUB_MAX_CONNECTIONS"],
    ["MCP_HUB_SERVICEKEY", "MCP_HUB_SERVICE_KEY"],
    ["MCP_HUB_ALLOWED_HOST", "MCP_HUB_ALLOWED_HOSTS"],
  ])("%s is told, with %s", (variable, nearest) => {
    expect(unknownIn({ [variable]: "SECRET-MARK" })).toEqual([{ variable, nearest }]);
    expect(parseConfig({ [variable]: "1" }).ok).toBe(true);
  });

  test("all of them are told, beside what is wrong with the others; an empty one is not", () => {
    const result = parseConfig({
      MCP_HUB_A: "1",
      MCP_HUB_B: "1",
      MCP_HUB_C: "",
      LOG_LEVEL: "loud",
    });
    expect(result.ok).toBe(false);
    expect(result.unknown.map(({ variable }) => variable)).toEqual(["MCP_HUB_A", "MCP_HUB_B"]);
  });

  test("what the hub, its servers and other programs read is not told", () => {
    const others = ["MCP_HUB_URL", "MCP_HUB_TOKEN", "MCP_HUB_ADVERTISE_URL", "MCP_HUB_SERVICE_KEY"];
    const names = [...hubSettings, ...others, "PATH", "HUB_PORT", "MCP_SERVER_PORT"];
    expect(unknownIn(Object.fromEntries(names.map((name) => [name, "1"])))).toEqual([]);
  });

  test("one slip of the finger leads back to the name that was meant", () => {
    const known: readonly string[] = [...hubSettings, ...settingsOfOthers];
    const slip = fc.record({
      name: fc.constantFrom(...hubSettings.filter((name) => name.startsWith("MCP_HUB_"))),
      at: fc.nat(),
      kind: fc.constantFrom("left-out", "twice", "swapped"),
    });
    fc.assert(
      fc.property(slip, ({ name, at, kind }) => {
        const first = "MCP_HUB_".length + (at % (name.length - "MCP_HUB_".length - 1));
        const [before, one, two, after] = [
          name.slice(0, first),
          name[first] ?? "",
          name[first + 1] ?? "",
          name.slice(first + 2),
        ];
        const middle = { "left-out": two, twice: one + one + two, swapped: two + one }[kind];
        const typed = before + middle + after;
        const told = unknownIn({ [typed]: "1" });
        // Two letters that are the same can be swapped, and some variables are a letter apart:
        // MCP_HUB_TOKENS_FILE is the hub's, MCP_HUB_TOKEN_FILE its servers'.
        if (!known.includes(typed)) expect(told).toEqual([{ variable: typed, nearest: name }]);
      }),
    );
  });
});

describe("the variables of Kubernetes", () => {
  const linksOf = (
    service: string,
    host: string,
    port: number,
    protocol: string,
    named: string,
  ) => {
    const upper = protocol.toUpperCase();
    const address = `${protocol}://${host}:${port}`;
    return {
      [`${service}_SERVICE_HOST`]: host,
      [`${service}_SERVICE_PORT`]: `${port}`,
      [`${service}_SERVICE_PORT_${named}`]: `${port}`,
      [`${service}_PORT`]: address,
      [`${service}_PORT_${port}_${upper}`]: address,
      [`${service}_PORT_${port}_${upper}_PROTO`]: protocol,
      [`${service}_PORT_${port}_${upper}_PORT`]: `${port}`,
      [`${service}_PORT_${port}_${upper}_ADDR`]: host,
    };
  };

  test("those of every service whose name begins as the settings do are neither read nor told", () => {
    const service = fc.record({
      name: fc.constantFrom("MCP_HUB", "MCP_HUB_METRICS", "MCP_HUB_DATA_1", "MCP_HUB_SERVICE"),
      host: fc.constantFrom("10.0.0.11", "[fd00::1]"),
      port: fc.integer({ min: 1, max: 65_535 }),
      protocol: fc.constantFrom("tcp", "udp", "sctp"),
      named: fc.constantFrom("HTTP", "KEY", "HTTP_MCP", "WEB2"),
    });
    fc.assert(
      fc.property(fc.array(service), (services) => {
        const links = services.map((one) =>
          linksOf(one.name, one.host, one.port, one.protocol, one.named),
        );
        const env = Object.assign({}, ...links);
        expect(parseConfig(env)).toEqual(parseConfig({}));
        expect(parseConfig({ ...env, PORT: "9000" })).toMatchObject({ config: { port: 9_000 } });
      }),
    );
  });

  test("a port that is no link is read as before", () => {
    expect(parseConfig({ MCP_HUB_PORT: "9001", MCP_HUB_SERVICE_HOST: "10.0.0.1" })).toMatchObject({
      config: { port: 9_001 },
    });
    for (const wrong of ["http://10.0.0.1:80", "10.0.0.1:80", "tcp"])
      expect(parseConfig({ MCP_HUB_PORT: wrong })).toMatchObject({ ok: false });
  });
});
