import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { peerOf } from "./peer.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 500);

const group = fc.integer({ min: 0, max: 0xffff });
/** An address as sockets write it: the longest run of zeros is left out. */
const written = (groups: readonly number[]) =>
  new URL(`http://[${groups.map((one) => one.toString(16)).join(":")}]/`).hostname.slice(1, -1);

describe("who a client is", () => {
  test.each([
    ["127.0.0.1", "127.0.0.1"],
    ["::ffff:127.0.0.1", "127.0.0.1"],
    ["::1", "127.0.0.1"],
    ["127.0.0.2", "127.0.0.2"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2::1", "2001:db8:1:2::/64"],
    ["2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
    ["2001:db8::7", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["64:ff9b::192.0.2.7", "64:ff9b:0:0::/64"],
    ["", ""],
    ["a:b", "a:b"],
  ])("%s is %s", (address, peer) => {
    expect(peerOf(address)).toBe(peer);
  });

  test("an IPv6 network of 64 bits is one peer, however its addresses are written, and two are two", () => {
    const four = fc.tuple(group, group, group, group);
    fc.assert(
      fc.property(four, four, four, four, (network, other, one, two) => {
        fc.pre(network.some((bits) => bits > 0) && other.some((bits) => bits > 0));
        const same = network.join() === other.join();
        expect(peerOf(written([...network, ...one]))).toBe(peerOf(written([...network, ...two])));
        expect(peerOf(written([...network, ...one])) === peerOf(written([...other, ...two]))).toBe(
          same,
        );
      }),
      { numRuns },
    );
  });
});
