import { isMisspelling } from "./spelling.js";

const shortestBeginning = 3;
const shortestStem = 5;
const longestEnding = 4;

/** All that is in an index, in alphabetical order, so that neighbours of a word are found without reading it all. */
export class Vocabulary {
  readonly #sorted: readonly string[];

  constructor(stems: Iterable<string>) {
    this.#sorted = [...stems].sort();
  }

  /** Words that begin with this one or that this one begins with: `finance` and `financially`. */
  *related(stem: string): Iterable<string> {
    if (stem.length >= shortestBeginning)
      for (const other of this.#beginningWith(stem))
        if (other !== stem && other.length <= stem.length + longestEnding) yield other;
    const shortest = Math.max(shortestStem, stem.length - longestEnding);
    for (let length = stem.length - 1; length >= shortest; length--) {
      const shorter = stem.slice(0, length);
      if (this.#sorted[this.#placeOf(shorter)] === shorter) yield shorter;
    }
  }

  /** Words that this one may have been meant to be. */
  *corrections(stem: string): Iterable<string> {
    for (const other of this.#beginningWith(stem.slice(0, 1)))
      if (isMisspelling(stem, other)) yield other;
  }

  *#beginningWith(beginning: string): Iterable<string> {
    for (let place = this.#placeOf(beginning); place < this.#sorted.length; place++) {
      const word = this.#sorted[place];
      if (word === undefined || !word.startsWith(beginning)) return;
      yield word;
    }
  }

  /** Of the first word that is not before this one. */
  #placeOf(word: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] ?? "") < word) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
