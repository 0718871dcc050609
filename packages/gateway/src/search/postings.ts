import { Vocabulary } from "./vocabulary.js";

/** A word, and in pairs the documents that have it, in their order, with how often in each of their places. */
export type Posting = { readonly word: string; readonly pairs: number[] };

/** All words of an index with the documents that have them. An index is mostly this, so it is kept small. */
export class Postings {
  readonly vocabulary = new Vocabulary((word) => this.#byWord.has(word));
  readonly #byWord = new Map<string, Posting>();

  /** A document is added once to each word, and later than those before it. */
  add(word: string, document: number, counts: number): Posting {
    const known = this.#byWord.get(word);
    if (known !== undefined) {
      known.pairs.push(document, counts);
      return known;
    }
    const posting = { word: unsliced(word), pairs: [document, counts] };
    this.#byWord.set(posting.word, posting);
    this.vocabulary.add(posting.word);
    return posting;
  }

  remove({ word, pairs }: Posting, document: number): void {
    const place = placeOf(pairs, document);
    if (pairs[place] !== document) return;
    pairs.splice(place, 2);
    if (pairs.length > 0) return;
    this.#byWord.delete(word);
    this.vocabulary.delete(word);
  }

  has(word: string): boolean {
    return this.#byWord.has(word);
  }

  /** How many documents have it. */
  count(word: string): number {
    return this.pairs(word).length / 2;
  }

  pairs(word: string): readonly number[] {
    return this.#byWord.get(word)?.pairs ?? [];
  }
}

/** A word that was cut out of a text keeps the whole text in memory; this one does not. */
const unsliced = (word: string): string => Buffer.from(word, "utf8").toString("utf8");

function placeOf(pairs: readonly number[], document: number): number {
  let low = 0;
  let high = pairs.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((pairs[middle * 2] ?? 0) < document) low = middle + 1;
    else high = middle;
  }
  return low * 2;
}
