import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Hop, readForwarded, readOlderForwarded } from "./forwarded.js";

const hop = (address?: string, scheme?: string, host?: string): Hop => ({ address, scheme, host });

describe("Forwarded", () => {
  test.each<[string, readonly Hop[] | undefined]>([
    // The examples of RFC 7239, section 4.
    ['for="_gazonk"', [hop()]],
    ['For="[2001:db8:cafe::17]:4711"', [hop("2001:db8:cafe::17")]],
    ["for=192.0.2.60;proto=http;by=203.0.113.43", [hop("192.0.2.60", "http")]],
    ["for=192.0.2.43, for=198.51.100.17", [hop("192.0.2.43"), hop("198.51.100.17")]],
    [
      'for=192.0.2.43,for="[2001:db8:cafe::17]",for=unknown',
      [hop("192.0.2.43"), hop("2001:db8:cafe::17"), hop()],
    ],
    ['for="192.0.2.43:47011"', [hop("192.0.2.43")]],
    ["PROTO=HTTPS ; host=Hub.example:8443", [hop(undefined, "https", "Hub.example:8443")]],
    ['host="a\\"b"', [hop(undefined, undefined, 'a"b')]],
    ["for=[2001:db8::1]:80", [hop("2001:db8::1")]],
    ["", [hop()]],
    [",", [hop(), hop()]],
    // What cannot be read in one way is not read at all.
    ['for="192.0.2.43, for=10.0.0.1', undefined],
    ["for=192.0.2.43;for=10.0.0.1", undefined],
    ["for 192.0.2.43", undefined],
    ["for=192.0.2.43 10.0.0.1", undefined],
    ['for="a"b', undefined],
  ])("%s", (header, hops) => {
    expect(readForwarded(header)).toEqual(hops);
  });

  const text = fc.oneof(
    fc.constantFrom(
      "192.0.2.1",
      "[2001:db8::1]",
      "unknown",
      "_x",
      "https",
      'a"b\\c',
      ", for=1.2.3.4",
      "",
    ),
    fc.string({ unit: "binary-ascii", maxLength: 12 }),
  );
  const quoted = (value: string) => `"${value.replace(/["\\]/g, "\\$&")}"`;
  const element = fc.record({ for: text, proto: text, host: text }, { requiredKeys: [] });

  test("what is written by the rules is read as it was meant, whatever it holds", () => {
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 5 }), (elements) => {
        const header = elements
          .map((one) =>
            Object.entries(one)
              .map(([name, value]) => `${name}=${quoted(value)}`)
              .join(";"),
          )
          .join(", ");
        const hops = readForwarded(header);
        expect(hops?.map(({ host }) => host)).toEqual(elements.map(({ host }) => host));
        expect(hops?.map(({ scheme }) => scheme)).toEqual(
          elements.map(({ proto }) => proto?.toLowerCase()),
        );
      }),
    );
  });

  test("no client can make the hop of the proxy unseen by what it writes before it", () => {
    fc.assert(
      fc.property(text, (before) => {
        const hops = readForwarded(`${before}, for=203.0.113.7;proto=https`);
        if (hops !== undefined) expect(hops.at(-1)).toEqual(hop("203.0.113.7", "https"));
      }),
    );
  });
});

test.each([",", ":", " ", '"', "\\", "a", "for=", "0", "[", ";", "=", "1.", "a:"])(
  "a header full of %j takes no longer than it is long",
  (part) => {
    const header = `, ${part.repeat(200_000)}\u0001`;
    // Were the work the square of the length, this would run for minutes.
    readForwarded(header);
    readForwarded(`for="${header}`);
    readOlderForwarded({ addresses: header, schemes: header, hosts: header });
  },
);

describe("X-Forwarded-*", () => {
  test("lists of one length belong together, and a single scheme or host is said of all", () => {
    expect(
      readOlderForwarded({
        addresses: "192.0.2.1, [2001:db8::1]:80",
        schemes: "https, http",
        hosts: "hub.example",
      }),
    ).toEqual([
      hop("192.0.2.1", "https", "hub.example"),
      hop("2001:db8::1", "http", "hub.example"),
    ]);
    expect(readOlderForwarded({ addresses: "x, 2001:db8::2" })).toEqual([
      hop(),
      hop("2001:db8::2"),
    ]);
    expect(readOlderForwarded({ addresses: "192.0.2.1:443", schemes: "", hosts: "a, b" })).toEqual([
      hop("192.0.2.1", undefined, "b"),
    ]);
  });

  test("reads anything, and as many as there are commas", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii" }), fc.string(), (addresses, hosts) => {
        expect(readOlderForwarded({ addresses, hosts })).toHaveLength(addresses.split(",").length);
      }),
    );
  });
});
