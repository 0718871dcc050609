import { SortedWords } from "./sorted-words.js";

const shortestBeginning = 3;
const shortestStem = 5;
const longestEnding = 4;
/** Shorter words become other words too easily. */
const shortestMisspelt = 5;
/** How many neighbours of words may still be looked at in one search. */
export type Looks = { left: number };

/** All words of an index, in alphabetical order, so that neighbours of a word are found without reading it all. */
export class Vocabulary {
  readonly #has: (word: string) => boolean;
  readonly #sorted = new SortedWords();

  /** `has`: whether a word was added and not deleted, which the index knows anyway. */
  constructor(has: (word: string) => boolean) {
    this.#has = has;
  }

  add(word: string): void {
    this.#sorted.add(word);
  }

  delete(word: string): void {
    this.#sorted.delete(word);
  }

  /** Words that begin with this one or that this one begins with: `finance` and `financially`. */
  *related(stem: string, looks: Looks): Iterable<string> {
    if (stem.length >= shortestBeginning) {
      for (const other of this.#sorted.from(stem)) {
        if (!other.startsWith(stem) || looks.left-- <= 0) break;
        if (other !== stem && other.length <= stem.length + longestEnding) yield other;
      }
    }
    const shortest = Math.max(shortestStem, stem.length - longestEnding);
    for (let length = stem.length - 1; length >= shortest; length--) {
      const shorter = stem.slice(0, length);
      if (this.#has(shorter)) yield shorter;
    }
  }

  /**
   * Words that this one may have been meant to be: they differ by one letter, which is missing, added,
   * another, or swapped with its neighbour. The first letter is rarely wrong and must agree.
   */
  corrections(stem: string, looks: Looks): ReadonlySet<string> {
    const found = new Set<string>();
    if (stem.length < shortestMisspelt) return found;
    const look = (word: string): void => {
      if (word.length >= shortestMisspelt && word !== stem && this.#has(word)) found.add(word);
    };
    for (let at = 1; at <= stem.length; at++) {
      const [before, after] = [stem.slice(0, at), stem.slice(at)];
      look(before + after.slice(1));
      look(before + after.slice(1, 2) + after.slice(0, 1) + after.slice(2));
      for (const letter of this.#lettersAfter(before)) {
        if (looks.left-- <= 0) return found;
        look(before + letter + after);
        look(before + letter + after.slice(1));
      }
    }
    return found;
  }

  /** Each letter that some word has after this beginning. */
  *#lettersAfter(beginning: string): Iterable<string> {
    let from = beginning;
    for (;;) {
      const [word] = firstOf(this.#sorted.from(from));
      if (word === undefined || !word.startsWith(beginning)) return;
      const code = word.charCodeAt(beginning.length);
      if (Number.isNaN(code)) {
        from = `${beginning}\u0000`;
        continue;
      }
      yield String.fromCharCode(code);
      if (code === 0xffff) return;
      from = beginning + String.fromCharCode(code + 1);
    }
  }
}

function firstOf(words: Iterable<string>): readonly string[] {
  for (const word of words) return [word];
  return [];
}
