import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type HeldState, StateSeal, subjectOf } from "./request-state.js";

const seal = new StateSeal();
const state: HeldState = { hub: "one", held: "call", round: 1, subject: "subject", expiresAt: 7 };

describe("the state of a held call", () => {
  test("opens as what was sealed", () => {
    const states = fc.record({
      hub: fc.string(),
      held: fc.string({ unit: "grapheme" }),
      round: fc.nat(),
      subject: fc.string(),
      expiresAt: fc.nat(),
    });
    fc.assert(
      fc.property(states, (one) => {
        expect(seal.open(seal.seal(one))).toEqual(one);
      }),
    );
  });

  test("does not open with one character changed, taken away or added", () => {
    const sealed = seal.seal(state);
    fc.assert(
      fc.property(
        fc.nat(sealed.length),
        fc.string({ maxLength: 1 }),
        fc.nat(1),
        (at, put, taken) => {
          const changed = sealed.slice(0, at) + put + sealed.slice(at + taken);
          fc.pre(changed !== sealed);
          expect(seal.open(changed)).toBeUndefined();
        },
      ),
    );
  });

  test("does not open for anybody else, nor does any text at all", () => {
    expect(new StateSeal().open(seal.seal(state))).toBeUndefined();
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(seal.open(text)).toBeUndefined();
      }),
    );
  });

  test("belongs to one caller, method, server and set of parameters", () => {
    const subjects = [
      subjectOf("token:1", "tools/call", "a", { name: "x" }),
      subjectOf("token:1", "tools/call", "b", { name: "x" }),
      subjectOf("token:1", "prompts/get", "a", { name: "x" }),
      subjectOf("token:1", "tools/call", "a", { name: "y" }),
      subjectOf("token:2", "tools/call", "a", { name: "x" }),
    ];
    expect(new Set(subjects).size).toBe(subjects.length);
    expect(subjectOf("token:1", "tools/call", "a", { name: "x" })).toBe(subjects[0]);
  });
});
