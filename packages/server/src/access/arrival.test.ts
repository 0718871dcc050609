import { HubError } from "@hub/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Arrival, Arrivals, type Received } from "./arrival.js";

type Headers = Readonly<Record<string, string>>;

const received = (peer: string | undefined, headers: Headers = {}): Received => ({
  peer,
  localAddress: "10.0.0.2",
  isEncrypted: false,
  host: headers.host ?? "hub:8001",
  header: (name) => headers[name],
});

const far = "203.0.113.7";
const proxied = new Arrivals({ trustedProxies: ["10.0.0.0/8", "127.0.0.1", "::1"] });

/** Where a request comes from by some arrivals; the code where it is refused. */
function from(arrivals: Arrivals, peer: string | undefined, headers: Headers) {
  const arrival = arrivals.of(received(peer, headers));
  return HubError.is(arrival) ? arrival.code : arrival.address;
}

describe("where a request comes from", () => {
  test.each<[string, string | undefined, Headers, string]>([
    ["its connection", far, {}, far],
    [
      "its connection, whatever a client claims",
      far,
      { "x-forwarded-for": "127.0.0.1", forwarded: "for=127.0.0.1" },
      far,
    ],
    ["what a named proxy says", "10.0.0.9", { "x-forwarded-for": far }, far],
    ["what it says in the standard header", "10.0.0.9", { forwarded: `for=${far}` }, far],
    [
      "the last that no named proxy wrote",
      "10.0.0.9",
      { "x-forwarded-for": `127.0.0.1, ${far}, 10.1.1.1` },
      far,
    ],
    [
      "the first of all, where only named proxies are",
      "10.0.0.9",
      { "x-forwarded-for": "10.2.2.2, 10.1.1.1" },
      "10.2.2.2",
    ],
    [
      "the proxy that says it does not know",
      "10.0.0.9",
      { "x-forwarded-for": `${far}, unknown` },
      "10.0.0.9",
    ],
    [
      "the proxy that writes no address",
      "10.0.0.9",
      { "x-forwarded-for": `${far}, 300.1.1.1` },
      "10.0.0.9",
    ],
    ["a proxy on the same machine", "127.0.0.1", { "x-forwarded-for": far }, far],
    ["an address in either spelling", "10.0.0.9", { "x-forwarded-for": "::ffff:203.0.113.7" }, far],
    ["the named proxy itself", "10.0.0.9", {}, "10.0.0.9"],
    [
      "both headers, when they agree",
      "10.0.0.9",
      { forwarded: `for=${far}`, "x-forwarded-for": `1.1.1.1, ${far}` },
      far,
    ],
    [
      "neither, when they do not",
      "10.0.0.9",
      { forwarded: "for=1.1.1.1", "x-forwarded-for": far },
      "INVALID_REQUEST",
    ],
    [
      "neither, when one cannot be read",
      "10.0.0.9",
      { forwarded: 'for="', "x-forwarded-for": far },
      "INVALID_REQUEST",
    ],
  ])("is %s", (_, peer, headers, expected) => {
    expect(from(proxied, peer, headers)).toBe(expected);
  });

  test.each(["forwarded", "x-forwarded-for", "x-real-ip"])(
    "nobody knows when something on this machine that is no named proxy sent %s",
    (header) => {
      for (const peer of ["127.0.0.1", "127.0.0.2", "::1", undefined]) {
        const refused = new Arrivals().of(received(peer, { [header]: "1.2.3.4" }));
        expect(HubError.is(refused) && refused.code).toBe("PROXY_NOT_TRUSTED");
        expect(HubError.is(refused) && refused.message).toContain("MCP_HUB_TRUSTED_PROXIES");
      }
      expect(from(new Arrivals(), far, { [header]: "1.2.3.4" })).toBe(far);
    },
  );

  test("a client changes nothing by what it writes before the proxy does", () => {
    const written = fc.oneof(
      fc.constantFrom("127.0.0.1", "10.0.0.1", "unknown", far, "", '"', "1.2.3.4, 10.0.0.1"),
      fc.string({ unit: "binary-ascii", maxLength: 20 }),
    );
    fc.assert(
      fc.property(written, (made) => {
        expect(from(proxied, "10.0.0.9", { "x-forwarded-for": `${made}, ${far}` })).toBe(far);
        const standard = from(proxied, "10.0.0.9", { forwarded: `${made}, for=${far}` });
        expect([far, "INVALID_REQUEST"]).toContain(standard);
      }),
    );
  });
});

describe("what clients call the hub", () => {
  const urlOf = (arrivals: Arrivals, peer: string, headers: Headers) => {
    const arrival = arrivals.of(received(peer, headers));
    return arrival instanceof Arrival ? arrival.publicUrl : arrival.code;
  };
  const forwarded = {
    "x-forwarded-for": far,
    "x-forwarded-proto": "https",
    "x-forwarded-host": "hub.example:443",
  };

  test("is what the client wrote in Host, in one spelling", () => {
    expect(urlOf(proxied, far, { host: "HUB.example:80" })).toBe("http://hub.example");
    expect(urlOf(proxied, far, { ...forwarded, host: "hub:8001" })).toBe("http://hub:8001");
  });

  test("is what a named proxy says of it", () => {
    expect(urlOf(proxied, "10.0.0.9", forwarded)).toBe("https://hub.example");
    expect(
      urlOf(proxied, "10.0.0.9", { forwarded: `for=${far};proto=https;host=hub.example` }),
    ).toBe("https://hub.example");
    expect(urlOf(proxied, "10.0.0.9", { "x-forwarded-for": far, host: "hub.example" })).toBe(
      "http://hub.example",
    );
    expect(urlOf(proxied, "10.0.0.9", { ...forwarded, "x-forwarded-proto": "javascript" })).toBe(
      "http://hub.example:443",
    );
  });

  test("is the configured one before all others", () => {
    const configured = new Arrivals({
      trustedProxies: ["10.0.0.9"],
      publicUrl: "https://public.example",
    });
    expect(urlOf(configured, "10.0.0.9", forwarded)).toBe("https://public.example");
    expect(urlOf(configured, far, {})).toBe("https://public.example");
  });
});

test("an entry that names no proxy is told", () => {
  for (const bad of ["nginx", "10.0.0.0/33", ""])
    expect(() => new Arrivals({ trustedProxies: [bad] })).toThrow(
      /MCP_HUB_TRUSTED_PROXIES must list/,
    );
});
