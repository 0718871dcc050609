import { describe, expect, test } from "vitest";
import { otherAddresses, writtenAddress } from "../src/doctor/addresses.js";
import { type Condition, conditionProblems } from "../src/doctor/condition.js";
import { addressesOfSame, type HubFacts, hubProblems } from "../src/doctor/hub-problems.js";
import type { Look } from "../src/doctor/look.js";
import { reachProblems } from "../src/doctor/reach-problems.js";

const answered = (more: Partial<Extract<Look, { kind: "answer" }>> = {}): Look => ({
  kind: "answer",
  status: 200,
  hubId: "this-hub",
  clockAheadMs: 200,
  isMcp: false,
  code: undefined,
  ...more,
});

const well: HubFacts = {
  url: "http://127.0.0.1:8001",
  source: "default",
  written: "http://127.0.0.1:8001",
  direct: answered(),
  metByPrograms: undefined,
  proxyVariable: undefined,
  hasToken: false,
  others: [],
};

const refused = (code: string): Look => ({ kind: "nothing", code });
const fromVariable = { source: "MCP_HUB_URL" } as const;

test("where all is well, nothing is said", () => {
  expect(hubProblems(well)).toEqual([]);
});

test.each<[string, Partial<HubFacts>, string, string, string]>([
  ["no hub", { direct: refused("ECONNREFUSED") }, "HUB_AWAY", "ECONNREFUSED", "Start the hub"],
  [
    "a name that nobody knows",
    { ...fromVariable, url: "http://hub.invalid", direct: refused("ENOTFOUND") },
    "HUB_AWAY",
    "MCP_HUB_URL says so",
    "does not know the name hub.invalid",
  ],
  ["http in place of https", { direct: refused("EPROTO") }, "HUB_AWAY", "EPROTO", "write http://"],
  [
    "a web server",
    { ...fromVariable, direct: answered({ hubId: undefined }) },
    "NOT_A_HUB",
    "not as an MCP Hub",
    "Set MCP_HUB_URL",
  ],
  [
    "the MCP endpoint of a server",
    {
      ...fromVariable,
      written: "http://127.0.0.1:8002/mcp",
      direct: answered({ hubId: undefined, status: 404 }),
      asMcp: answered({ hubId: undefined, isMcp: true }),
    },
    "URL_IS_MCP",
    "http://127.0.0.1:8002/mcp is the MCP endpoint of a server",
    "base URL of the hub",
  ],
  [
    "an address within the hub",
    { ...fromVariable, url: "http://127.0.0.1:8001/servers/x", direct: answered({ status: 404 }) },
    "URL_IS_MCP",
    "within a hub",
    "to http://127.0.0.1:8001.",
  ],
  [
    "the hub's own /mcp",
    { ...fromVariable, written: "http://127.0.0.1:8001/mcp/" },
    "URL_IS_MCP",
    "ends in /mcp",
    "Write http://127.0.0.1:8001.",
  ],
  [
    "a proxy in between",
    { proxyVariable: "HTTP_PROXY", metByPrograms: "NOT_A_HUB, HTTP 200" },
    "PROXY_IN_BETWEEN",
    "HTTP_PROXY sends them to a proxy",
    "NO_PROXY=127.0.0.1,localhost",
  ],
  [
    "a proxy that some obey",
    { proxyVariable: "http_proxy" },
    "PROXY_SET",
    "httpx",
    "NO_PROXY=127.0.0.1",
  ],
  [
    "no token",
    { direct: answered({ status: 401 }) },
    "TOKEN_MISSING",
    "without a token",
    "MCP_HUB_TOKEN",
  ],
  [
    "a wrong token",
    { hasToken: true, direct: answered({ status: 401 }) },
    "TOKEN_REFUSED",
    "does not take the token",
    "new token",
  ],
  [
    "a token that may not read",
    { hasToken: true, direct: answered({ status: 403 }) },
    "TOKEN_TOO_SMALL",
    "may not read",
    "a token that may read",
  ],
  [
    "a name that the hub does not know",
    { url: "http://tools.example", direct: answered({ status: 403, code: "HOST_REFUSED" }) },
    "HOST_REFUSED",
    "tools.example",
    "MCP_HUB_ALLOWED_HOSTS=tools.example",
  ],
  ["a hub that fails", { direct: answered({ status: 503 }) }, "HUB_FAILS", "HTTP 503", "hub's log"],
  [
    "a clock that is ahead",
    { direct: answered({ clockAheadMs: 300_000 }) },
    "CLOCKS_APART",
    "300 s ahead of",
    "NTP",
  ],
  [
    "a clock that is behind",
    { direct: answered({ clockAheadMs: -300_000 }) },
    "CLOCKS_APART",
    "300 s behind",
    "NTP",
  ],
  [
    "two hubs",
    { others: [{ url: "http://127.0.0.1:9001", look: answered({ hubId: "other" }) }] },
    "TWO_HUBS",
    "http://127.0.0.1:9001 answers too",
    "the same MCP_HUB_URL",
  ],
])("%s", (_, facts, code, cause, fix) => {
  const [problem] = hubProblems({ ...well, ...facts });
  expect(problem).toMatchObject({
    code,
    cause: expect.stringContaining(cause),
    fix: expect.stringContaining(fix),
  });
});

test("the same hub under another address is no other hub", () => {
  expect(
    hubProblems({ ...well, others: [{ url: "http://localhost:8001", look: answered() }] }),
  ).toEqual([]);
});

test("hubs on one database are meant to be several; one with another catalogue is named", () => {
  const others = ["beside", "other"].map((hubId) => ({
    url: `http://${hubId}:8001`,
    look: answered({ hubId }),
  }));
  const facts = { ...well, others, sharing: new Set(["this-hub", "beside"]) };
  expect(addressesOfSame(facts)).toEqual(["http://beside:8001"]);
  const [problem, ...more] = hubProblems(facts);
  expect([problem?.code, more]).toEqual(["TWO_HUBS", []]);
  expect(problem?.cause).toContain("and http://other:8001 answers too");
  expect(problem?.cause).not.toContain("beside");
});

test("with the hub away, another one that answers is named", () => {
  const others = [{ url: "http://127.0.0.1:9001", look: answered() }];
  const codes = hubProblems({ ...well, direct: refused("ECONNREFUSED"), others }).map(
    ({ code }) => code,
  );
  expect(codes).toEqual(["HUB_AWAY", "TWO_HUBS"]);
});

describe("a hub that answers", () => {
  const at = "2026-11-28T00:00:00Z";
  const hub = (id: string, state: "working" | "joining" | "silent", isSelf = false) => ({
    ...{ id, state, isSelf, version: "1.0.0", startedAt: at, lastSeenAt: at, isLeader: false },
  });
  const protection = { since: at, reason: "Most servers fell silent at once." };

  test.each<[string, Condition, readonly string[]]>([
    ["and is well", { hubs: [hub("a", "working", true), hub("b", "joining")] }, []],
    ["and says nothing of itself", {}, []],
    ["without its store", { unready: "It is away.", protection }, ["fault HUB_NOT_READY"]],
    ["while most servers are silent", { protection }, ["fault HUB_PROTECTED"]],
    [
      "beside one that is silent",
      { hubs: [hub("a", "working", true), hub("0123456789", "silent")] },
      ["warning HUB_SILENT"],
    ],
    [
      "with another key than its database's",
      { hubs: [{ ...hub("a", "working", true), hasAnotherKey: true }, hub("b", "working")] },
      ["warning ANOTHER_KEY"],
    ],
    [
      "and is cut off, so silent itself",
      { unready: "It is cut off.", hubs: [hub("a", "silent", true)] },
      ["fault HUB_NOT_READY"],
    ],
  ])("%s", (_, condition, said) => {
    const problems = conditionProblems(condition);
    expect(problems.map(({ severity, code }) => `${severity} ${code}`)).toEqual(said);
  });

  test("is told with the hub's own words, and with the number of the silent ones", () => {
    const hubs = [hub("a", "working", true), hub("0123456789", "silent")];
    const [unready, silent] = conditionProblems({ unready: "The disk is full.", hubs });
    expect(unready?.cause).toContain("The disk is full.");
    expect(silent?.cause).toContain("1 of 2 hubs is silent (01234567)");
  });
});

describe("a server that only one side reaches", () => {
  const step = (state: "ok" | "failed") => [{ step: "connect", state, detail: "", ms: 1 }] as const;
  const server = { id: "weather", name: "Weather", status: "up", instances: 1 } as const;
  const seen = (state: "ok" | "failed") => ({
    endpoint: "http://10.0.0.5:8002/mcp",
    steps: step(state),
    servers: [server],
  });

  test.each([
    ["ok", { isReached: true }, undefined],
    ["failed", { isReached: false, code: "ECONNREFUSED" }, undefined],
    ["failed", { isReached: true }, "ONLY_FROM_HERE"],
    ["ok", { isReached: false, code: "EHOSTUNREACH" }, "ONLY_FROM_HUB"],
  ] as const)("the hub: %s", (state, here, code) => {
    const [problem] = reachProblems(seen(state), here, "http://hub:8001");
    expect(problem?.code).toBe(code);
    if (code === "ONLY_FROM_HUB")
      expect(problem?.fix).toContain("http://hub:8001/servers/weather/mcp");
    if (code === "ONLY_FROM_HERE") expect(problem?.fix).toContain("MCP_HUB_ADVERTISE_URL");
  });
});

test("the address is read from where the command line reads it, and nothing is scanned", () => {
  const environment = { MCP_HUB_URL: "http://a:1/mcp, http://b:2", MCP_HUB_PORT: "9" };
  expect(writtenAddress("http://c", environment)).toEqual({ source: "--hub", written: "http://c" });
  expect(writtenAddress(undefined, environment).written).toBe("http://a:1/mcp");
  expect(writtenAddress(undefined, { MCP_HUB_PORT: "9" })).toEqual({
    source: "MCP_HUB_PORT",
    written: "http://127.0.0.1:9",
  });
  expect(writtenAddress(undefined, {}).source).toBe("default");
  expect(otherAddresses("http://a:1", environment)).toEqual([
    "http://b:2",
    "http://127.0.0.1:9",
    "http://127.0.0.1:8001",
  ]);
});
