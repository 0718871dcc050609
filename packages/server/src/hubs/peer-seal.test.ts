import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digestOf, isEqual, PeerSeal } from "./peer-seal.js";

const target = { method: "POST", path: "/peer" };

/** Two hubs with one key, and a clock that both go by. */
function hubs() {
  const key = randomBytes(32);
  let now = 1_000_000;
  const wall = () => now;
  return {
    one: new PeerSeal({ key, hubId: "one", wall }),
    two: new PeerSeal({ key, hubId: "two", wall }),
    three: new PeerSeal({ key, hubId: "three", wall }),
    stranger: new PeerSeal({ key: randomBytes(32), hubId: "one", wall }),
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe("a request between hubs", () => {
  test("is taken once, by the hub that it is for, whatever its body", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (body) => {
        const { one, two, three } = hubs();
        const { header, answer } = one.seal("two", target, body);
        expect(three.open(header, target)).toHaveProperty("refusal");
        const head = two.open(header, target);
        expect(head).toMatchObject({ from: "one", digest: digestOf(body) });
        if ("nonce" in head) expect(isEqual(two.answerTo(head.nonce), answer)).toBe(true);
        expect(two.open(header, target)).toEqual({ refusal: "it came before" });
      }),
    );
  });

  test("is not taken for another path or method, with another key, or with any character changed", () => {
    const { one, two, stranger } = hubs();
    const { header } = one.seal("two", target, "{}");
    expect(two.open(header, { ...target, path: "/servers" })).toHaveProperty("refusal");
    expect(two.open(header, { ...target, method: "GET" })).toHaveProperty("refusal");
    expect(two.open(stranger.seal("two", target, "{}").header, target)).toHaveProperty("refusal");
    fc.assert(
      fc.property(
        fc.nat(header.length),
        fc.string({ maxLength: 1 }),
        fc.nat(1),
        (at, put, taken) => {
          const changed = header.slice(0, at) + put + header.slice(at + taken);
          fc.pre(changed !== header);
          expect(two.open(changed, target)).toHaveProperty("refusal");
        },
      ),
    );
    for (const other of [undefined, "", " ", ["a"], 1])
      expect(two.open(other, target)).toHaveProperty("refusal");
    expect(two.open(header, target)).not.toHaveProperty("refusal");
  });

  test("holds for half a minute, and cannot come again afterwards", () => {
    const { one, two, pass } = hubs();
    const early = one.seal("two", target, "early").header;
    const late = one.seal("two", target, "late").header;
    pass(30_000);
    expect(two.open(early, target)).not.toHaveProperty("refusal");
    pass(1);
    expect(two.open(late, target)).toEqual({ refusal: "its time is over" });
    for (let minutes = 0; minutes < 4; minutes += 1) {
      pass(60_000);
      expect(two.open(one.seal("two", target, "").header, target)).not.toHaveProperty("refusal");
      expect(two.open(early, target)).toHaveProperty("refusal");
    }
  });
});
