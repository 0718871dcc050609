import { HubError } from "@hub/core";
import { describe, expect, test } from "vitest";
import { addressKind } from "./address.js";
import { checkAddress, checkEndpoint, createEndpointRules } from "./endpoint-rules.js";

const local = createEndpointRules({ profile: "local" });
const network = createEndpointRules({ profile: "network" });

/** Spellings of addresses that are refused in both profiles, whatever the URL parser makes of them. */
const alwaysRefused = [
  "http://169.254.169.254/latest/meta-data",
  "http://169.254.169.254./",
  "http://2852039166/", // decimal
  "http://0xA9FEA9FE/",
  "http://0xa9.0xfe.0xa9.0xfe/",
  "http://0251.0376.0251.0376/",
  "http://169.254.43518/",
  "http://169.16689662/",
  "http://０ｘa9fea9fe/",
  "http://１６９．２５４．１６９．２５４/",
  "http://169。254。169。254/",
  "http://①⑥⑨.②⑤④.①⑥⑨.②⑤④/",
  "http://169%2e254%2e169%2e254/",
  "http://[::ffff:169.254.169.254]/",
  "http://[::ffff:a9fe:a9fe]/",
  "http://[0:0:0:0:0:ffff:a9fe:a9fe]/",
  "http://[::a9fe:a9fe]/", // IPv4-compatible
  "http://[::169.254.169.254]/",
  "http://[::ffff:0:a9fe:a9fe]/", // IPv4-translated
  "http://[2002:a9fe:a9fe::1]/", // 6to4
  "http://[64:ff9b::a9fe:a9fe]/", // NAT64
  "http://[64:ff9b::169.254.169.254]/",
  "http://[64:ff9b:1::a9fe:a9fe]/",
  "http://[64:ff9b:1:a9fe:a9:fe00::]/",
  "http://[2001:0:a9fe:a9fe::1]/", // Teredo, the server
  "http://[2001:0:808:808:0:0:5601:5601]/", // Teredo, the client inverted
  "http://[2606:4700::5efe:a9fe:a9fe]/", // ISATAP
  "http://[fe80::1]/",
  "http://[febf::1]/",
  "http://[fec0::1]/",
  "http://[feff::1]/",
  "http://[fd00:ec2::254]/",
  "http://[fd20:ce::254]/",
  "http://100.100.100.200/",
  "http://168.63.129.16/",
  "http://192.0.0.192/",
  "http://0/",
  "http://0.0.0.0/",
  "http://0.1.2.3/",
  "http://0x0/",
  "http://[::]/",
  "http://[0:0:0:0:0:0:0:0]/",
  "http://[::ffff:0.0.0.0]/",
  "http://224.0.0.1/",
  "http://239.255.255.250/",
  "http://[ff02::1]/",
  "http://255.255.255.255/",
  "http://0xffffffff/",
  "http://240.0.0.1/",
  "http://198.18.0.1/",
  "http://192.0.2.1/",
  "http://[2001:db8::1]/",
  "http://[100::1]/",
  "http://[::ffff:224.0.0.1]/",
  "http://[2002:e000:1::]/",
  // IPv4 inside of IPv6, whatever it leads to.
  "http://[::ffff:127.0.0.1]/",
  "http://[::ffff:7f00:1]/",
  "http://[2002:7f00:1::]/",
  "http://[64:ff9b::7f00:1]/",
  "http://[::ffff:10.0.0.5]/",
  "http://[2002:a00:5::]/",
  "http://[64:ff9b::10.0.0.5]/",
  "http://[2002:808:808::1]/",
  "http://[64:ff9b::8.8.8.8]/",
  "http://[::ffff:8.8.8.8]/",
  "http://[::8.8.8.8]/",
  "http://[2001:0:808:808::1]/",
  "http://[2606:4700::5efe:808:808]/",
  "http://169.254.1.1:8002/mcp",
  "http://169.254.170.2/v2/credentials",
];

/** Loopback and private networks: legal for a hub on loopback, refused by one that is open to the network. */
const refusedOnNetwork = [
  "http://127.0.0.1:8002/mcp",
  "http://127.1/",
  "http://127.255.255.254/",
  "http://2130706433/",
  "http://0x7f000001/",
  "http://0x7f.1/",
  "http://0177.0.0.1/",
  "http://017700000001/",
  "http://１２７．０．０．１/",
  "http://localhost:8002/mcp",
  "http://LOCALHOST/",
  "http://localhost./",
  "http://ｌｏｃａｌｈｏｓｔ/",
  "http://127.0.0.1./",
  "http://[::1]:8002/",
  "http://[0:0:0:0:0:0:0:1]/",
  "http://10.0.0.5/",
  "http://10.1/",
  "http://172.16.0.1/",
  "http://172.31.255.255/",
  "http://192.168.1.1/",
  "http://0xc0a80101/",
  "http://100.64.0.1/",
  "http://[fc00::1]/",
  "http://[fd12:3456::1]/",
];

const refusal = (url: string, rules = local) => {
  try {
    checkEndpoint(url, rules);
    return undefined;
  } catch (error) {
    return HubError.is(error) ? error : undefined;
  }
};

describe("checkEndpoint", () => {
  test.each(alwaysRefused)("%s is refused in both profiles", (url) => {
    expect(refusal(url, local)?.code).toBe("ENDPOINT_REFUSED");
    expect(refusal(url, network)?.code).toBe("ENDPOINT_REFUSED");
  });

  test.each(refusedOnNetwork)("%s is legal for a local hub only", (url) => {
    expect(refusal(url, local)).toBeUndefined();
    expect(refusal(url, network)?.code).toBe("ENDPOINT_REFUSED");
    expect(refusal(url, network)?.message).toContain("MCP_HUB_ALLOW_ENDPOINTS");
  });

  test.each([
    "https://mcp.example.com/mcp",
    "http://8.8.8.8/",
    "http://[2606:4700::1111]/",
    "http://foo.localhost:8002/mcp", // A name like any other: judged where it resolves to.
    "http://weather:8002/mcp",
  ])("%s passes in both profiles", (url) => {
    expect(refusal(url, local)).toBeUndefined();
    expect(refusal(url, network)).toBeUndefined();
  });

  test.each([
    "ftp://example.com/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://user:password@example.com/",
    "http://example.com:0/",
    "not a url",
  ])("%s is refused", (url) => {
    expect(refusal(url)?.code).toBe("ENDPOINT_REFUSED");
  });
});

describe("MCP_HUB_ALLOW_ENDPOINTS", () => {
  const allowing = (...allow: string[]) => createEndpointRules({ profile: "network", allow });

  test("opens a private network", () => {
    const rules = allowing("10.0.0.0/8", "fd00::/8");
    expect(checkAddress("10.1.2.3", rules).isAllowed).toBe(true);
    expect(checkAddress("::ffff:10.1.2.3", rules).isAllowed).toBe(false);
    expect(checkAddress("fd12::1", rules).isAllowed).toBe(true);
    expect(checkAddress("192.168.1.1", rules).isAllowed).toBe(false);
    expect(checkAddress("127.0.0.1", rules).isAllowed).toBe(false);
  });

  test("opens a denied address only by a network of that kind", () => {
    expect(checkAddress("169.254.169.254", allowing("0.0.0.0/0")).isAllowed).toBe(false);
    expect(checkAddress("169.254.169.254", allowing("168.0.0.0/6")).isAllowed).toBe(false);
    expect(checkAddress("fe80::1", allowing("::/0")).isAllowed).toBe(false);
    expect(checkAddress("169.254.7.7", allowing("169.254.7.0/24")).isAllowed).toBe(true);
    expect(checkAddress("fd00:ec2::254", allowing("fd00::/8")).isAllowed).toBe(false);
  });

  test("opens a way to IPv4 addresses for those that are open themselves", () => {
    const rules = allowing("64:ff9b::/96", "::ffff:0:0/96", "10.0.0.0/8");
    for (const [ip, isAllowed] of [
      ["64:ff9b::8.8.8.8", true],
      ["64:ff9b::10.0.0.5", true],
      ["64:ff9b::192.168.0.1", false],
      ["64:ff9b::169.254.169.254", false],
      ["::ffff:10.0.0.5", true],
      ["::ffff:127.0.0.1", false],
      ["2002:808:808::1", false],
    ] as const)
      expect([ip, checkAddress(ip, rules).isAllowed]).toEqual([ip, isAllowed]);
  });

  test("localhost passes when one of its addresses does", () => {
    expect(refusal("http://localhost:8002/mcp", allowing("127.0.0.0/8"))).toBeUndefined();
    expect(refusal("http://localhost:8002/mcp", allowing("10.0.0.0/8"))?.message).toContain(
      "MCP_HUB_ALLOW_ENDPOINTS=127.0.0.1/32",
    );
  });

  test("an entry that is no network is named", () => {
    for (const bad of ["10.0.0.0/33", "10.0.0", "example.com", "10.0.0.0/8/8", "", "fd00::/x"])
      expect(() => allowing(bad)).toThrow(/MCP_HUB_ALLOW_ENDPOINTS must list networks/);
    expect(() => allowing("10.0.0.5")).not.toThrow();
  });
});

test("text that is no address has no kind", () => {
  for (const text of ["", "localhost", "1.2.3", "0x7f.0.0.1", "::g", "300.1.1.1"])
    expect(addressKind(text)).toBeUndefined();
});

test.each([
  "http://0.0.0.0:8002/mcp",
  "http://0:8002/mcp",
  "http://[::]:8002/mcp",
  "http://[::ffff:0.0.0.0]:8002/mcp",
])("%s is told from other refused addresses: it is where a server listens", (endpoint) => {
  for (const rules of [local, network])
    expect(() => checkEndpoint(endpoint, rules)).toThrow(
      /is where a server listens, not where it can be called\. Register it under 127\.0\.0\.1/,
    );
  expect(() => checkEndpoint("http://0.1.2.3/", local)).toThrow(/which the hub never dials/);
});
