import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SortedWords } from "./sorted-words.js";
import { Vocabulary } from "./vocabulary.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 500);
const enough = () => ({ left: 1_000_000 });

function vocabularyOf(words: Iterable<string>): Vocabulary {
  const known = new Set(words);
  const vocabulary = new Vocabulary((word) => known.has(word));
  for (const word of known) vocabulary.add(word);
  return vocabulary;
}

/** One letter missing, added, another, or swapped with its neighbour; by trying them all. */
function isMisspelling(word: string, other: string): boolean {
  const without = (text: string, at: number) => text.slice(0, at) + text.slice(at + 1);
  const places = [...Array(Math.max(word.length, other.length)).keys()].slice(1);
  const swapped = (at: number) =>
    word.slice(0, at) + (word[at + 1] ?? "") + (word[at] ?? "") + word.slice(at + 2);
  return (
    word !== other &&
    Math.min(word.length, other.length) >= 5 &&
    word[0] === other[0] &&
    places.some(
      (at) =>
        without(word, at) === other ||
        word === without(other, at) ||
        (word.length === other.length &&
          (without(word, at) === without(other, at) || swapped(at) === other)),
    )
  );
}

describe("corrections", () => {
  test.each([
    ["forcast", "forecast"],
    ["wheather", "weather"],
    ["repositary", "repository"],
    ["calednar", "calendar"],
  ])("%s may mean %s, and the other way round", (word, other) => {
    expect([...vocabularyOf([other]).corrections(word, enough())]).toEqual([other]);
    expect([...vocabularyOf([word]).corrections(other, enough())]).toEqual([word]);
  });

  test.each([
    ["mail", "main"],
    ["weather", "leather"],
    ["calendar", "cylinder"],
    ["order", "ordering"],
    ["abcdef", "bacedf"],
    ["weather", "weather"],
  ])("%s is not corrected to %s", (word, other) => {
    expect([...vocabularyOf([other]).corrections(word, enough())]).toEqual([]);
  });

  const word = fc.string({ unit: fc.constantFrom("a", "b", "c", "é", "日"), maxLength: 8 });

  test("are exactly the words that differ by one letter", () => {
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 30 }), (asked, words) => {
        const expected = new Set(words.filter((other) => isMisspelling(asked, other)));
        expect(new Set(vocabularyOf(words).corrections(asked, enough()))).toEqual(expected);
      }),
      { numRuns },
    );
  });

  test("look at no more words than they may, and find a word although thousands stand before it", () => {
    const flood = Array.from({ length: 20_000 }, (_, at) => `w${at.toString(36)}zzzz`);
    let asked = 0;
    const vocabulary = new Vocabulary((one) => {
      asked += 1;
      return one === "weather";
    });
    for (const one of [...flood, "weather"]) vocabulary.add(one);
    const looks = { left: 1_000 };
    expect([...vocabulary.corrections("wheather", looks)]).toEqual(["weather"]);
    expect(asked).toBeLessThan(1_000);
    const few = { left: 10 };
    asked = 0;
    vocabulary.corrections("wheather", few);
    expect(asked).toBeLessThan(40);
    expect([...vocabulary.related("w1", { left: 50 })].length).toBeLessThanOrEqual(50);
  });
});

test("words are sorted however they came and went", () => {
  const step = fc.tuple(fc.boolean(), fc.nat({ max: 3_000 }));
  fc.assert(
    fc.property(fc.array(step, { minLength: 1_000, maxLength: 3_000 }), (steps) => {
      const sorted = new SortedWords();
      const expected = new Set<string>();
      for (const [isAdded, number] of steps) {
        const one = number.toString(36);
        if (isAdded) {
          sorted.add(one);
          expected.add(one);
        } else {
          sorted.delete(one);
          expected.delete(one);
        }
      }
      const all = [...expected].sort();
      expect([...sorted.from("")]).toEqual(all);
      expect([...sorted.from("h")]).toEqual(all.filter((one) => one >= "h"));
    }),
    { numRuns: Math.ceil(numRuns / 50) },
  );
});
