import { type CapabilityItem, createSnapshot } from "@hub/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { writeCursor } from "./cursor.js";
import { itemsBehind, placeOf } from "./item-order.js";

/** Any there is, half a surrogate pair too. The table of fast-check's own "binary" takes a second to make. */
const codePoint = fc.integer({ min: 0, max: 0x10ffff }).map((one) => String.fromCodePoint(one));

const numRuns = Math.ceil(Number(process.env.HUB_PROPERTY_RUNS ?? 500) / 5);

/** Short and long ones, many of which begin alike. */
const key = fc
  .tuple(
    fc.constantFrom("", "a", "a".repeat(63), "a".repeat(64), "\u0001".repeat(70), "語".repeat(90)),
    fc.oneof(fc.constantFrom("", "a", "b"), fc.string({ maxLength: 200 })),
  )
  .map(([start, end]) => `k${start}${end}`);
const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 40 });

function itemsOf(names: readonly string[]): readonly CapabilityItem[] {
  const tools = names.map((name) => ({ name }));
  const nothing = { resources: [], resourceTemplates: [], prompts: [] };
  const about = { protocolVersion: "2026-07-28", serverInfo: {}, capabilities: {} };
  return createSnapshot({ era: "modern", ...about, tools, ...nothing }).tools;
}

test("pages lose no item that stays, and repeat none, whatever comes and goes between them", () => {
  fc.assert(
    fc.property(
      keys,
      fc.array(fc.tuple(keys, fc.array(fc.nat(39))), { maxLength: 10 }),
      fc.integer({ min: 1, max: 7 }),
      (first, changes, size) => {
        let listed = first;
        const seen: string[] = [];
        const stays = new Set(first);
        let after: ReturnType<typeof placeOf> | undefined;
        for (let page = 0; ; page += 1) {
          const items = [...itemsBehind(itemsOf(listed), after)].slice(0, size);
          seen.push(...items.map((item) => item.key));
          const last = items.at(-1);
          if (last === undefined) break;
          after = placeOf(last);
          const [come = [], go = []] = changes[page] ?? [];
          const gone = new Set(go.map((at) => listed[at]));
          for (const one of gone) if (one !== undefined) stays.delete(one);
          listed = [...new Set([...listed.filter((one) => !gone.has(one)), ...come])];
        }
        expect(new Set(seen).size).toBe(seen.length);
        for (const one of stays) expect(seen).toContain(one);
      },
    ),
    { numRuns },
  );
});

test("a cursor is short, however long the key is and whatever is in it", () => {
  fc.assert(
    fc.property(fc.string({ unit: codePoint, minLength: 1, maxLength: 20_000 }), (name) => {
      const [item] = itemsOf([name]);
      if (item !== undefined)
        expect(writeCursor(["x".repeat(50), placeOf(item)]).length).toBeLessThan(1_000);
    }),
    { numRuns },
  );
});

test("keys that do not begin alike keep their order", () => {
  const names = ["b", "a", `c${"x".repeat(100)}`, `c${"w".repeat(100)}`, "ca"];
  const items = itemsOf(names);
  expect([...itemsBehind(items, undefined)]).toEqual(items);
});
