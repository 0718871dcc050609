import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { idForName, nameKey } from "./names.js";

/** Any there is, half a surrogate pair too. The table of fast-check's own "binary" takes a second to make. */
const codePoint = fc.integer({ min: 0, max: 0x10ffff }).map((one) => String.fromCodePoint(one));

/** Ids as a catalogue gives them out: first come, first served. */
class Ids {
  readonly held = new Map<string, string>();

  give(name: string): string {
    const id = idForName(name, (one) => this.held.get(one));
    this.held.set(id, nameKey(name));
    return id;
  }
}

const id = (name: string) => new Ids().give(name);
/** How many names are tried. */
const count = 50 * Number(process.env.HUB_PROPERTY_RUNS ?? 200);

describe("the id of a name", () => {
  test.each([
    ["MCP Server 1", "mcp-server-1"],
    ["  MCP   Server 1 ", "mcp-server-1"],
    ["Weather_v2.0", "weather-v2-0"],
    ["Café", "cafe"],
    ["ＭＣＰ Server", "mcp-server"],
    ["constructor", "constructor"],
    ["__proto__", "proto"],
  ])("%s is %s", (name, expected) => expect(id(name)).toBe(expected));

  test("a name that loses letters, is reserved or too long ends in a hash", () => {
    expect(id("Погода")).toMatch(/^server-[0-9a-f]{6}$/);
    expect(id("Погода 2")).toMatch(/^2-[0-9a-f]{6}$/);
    expect(id("hub")).toMatch(/^hub-[0-9a-f]{6}$/);
    expect(id("a".repeat(41))).toMatch(/^a{33}-[0-9a-f]{6}$/);
    expect(id("a".repeat(40))).toBe("a".repeat(40));
  });

  test("is of [a-z0-9-], at most 40 characters, and a fixed point of itself", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 200 }), (name) => {
        const given = id(name);
        expect(given).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        expect(given.length).toBeLessThanOrEqual(40);
        expect(id(name)).toBe(given);
      }),
    );
  });

  test("a name in plain ASCII has the key of the same name in other forms of its letters", () => {
    const wide = (name: string) =>
      name.replace(/[!-~]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0));
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii" }), (name) => {
        expect(nameKey(wide(name))).toBe(nameKey(name));
      }),
    );
  });

  test("names that are the same name share it; a clash of two names does not", () => {
    const ids = new Ids();
    const first = ids.give("Weather Service");
    expect(ids.give("WEATHER  service")).toBe(first);
    expect(ids.give("Ｗeather Service")).toBe(first);
    const second = ids.give("weather-service");
    expect(second).toMatch(/^weather-service-[0-9a-f]{6}$/);
    expect(ids.give("Weather-Service")).toBe(second);
  });

  test("a name keeps it when the name that held the plain one leaves", () => {
    const ids = new Ids();
    const plain = ids.give("weather.service");
    const hashed = ids.give("weather service");
    ids.held.delete(plain);
    expect(ids.give("weather service")).toBe(hashed);
  });

  test("a longer hash settles a clash of short ones, and stays when the clash is over", () => {
    const short = id("Погода");
    const ids = new Ids();
    ids.held.set(short, "another name with the same short hash");
    const long = ids.give("Погода");
    expect(long).toMatch(/^server-[0-9a-f]{10}$/);
    ids.held.delete(short);
    expect(ids.give("Погода")).toBe(long);
  });

  test("two different names never share one (any order of arrival)", () => {
    const nasty = fc.stringMatching(/^[aAà.\- ßſ1Ⅰı]{1,5}$/);
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 2, maxLength: 30 }), (names) => {
        const ids = new Ids();
        const given = names.map((name) => ({ key: nameKey(name), id: ids.give(name) }));
        const byKey = new Map(given.map((one) => [one.key, one.id]));
        for (const one of given) expect(byKey.get(one.key)).toBe(one.id);
        expect(new Set(byKey.values()).size).toBe(byKey.size);
      }),
    );
  });

  test(`${count} random names get ${count} ids`, () => {
    const ids = new Ids();
    const alphabet = [..."abcAB12 .-_éßЖ天"];
    let state = 20_261_122;
    // Mulberry32: the same names in every run.
    const next = (below: number) => {
      state = (state + 0x6d2b79f5) | 0;
      const once = Math.imul(state ^ (state >>> 15), state | 1);
      const twice = once ^ (once + Math.imul(once ^ (once >>> 7), once | 61));
      return ((twice ^ (twice >>> 14)) >>> 0) % below;
    };
    const byKey = new Map<string, string>();
    while (byKey.size < count) {
      const name = Array.from({ length: 1 + next(12) }, () => alphabet[next(alphabet.length)]).join(
        "",
      );
      const key = nameKey(name);
      if (!/[\p{L}\p{N}]/u.test(key)) continue;
      const given = ids.give(name);
      if ((byKey.get(key) ?? given) !== given) throw new Error(`${name} has two ids`);
      byKey.set(key, given);
    }
    expect(new Set(byKey.values()).size).toBe(byKey.size);
  });
});

test("the key of a name is its own key", () => {
  fc.assert(
    fc.property(fc.string({ unit: codePoint, maxLength: 20 }), (name) => {
      expect(nameKey(nameKey(name))).toBe(nameKey(name));
    }),
    { numRuns: 500 },
  );
});
