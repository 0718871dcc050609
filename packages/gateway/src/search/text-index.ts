import { type Posting, Postings } from "./postings.js";
import { type Place, places } from "./searchable-text.js";
import { impliedTerm, nameAction, type Term, termsOfDocument, termsOfQuery } from "./terms.js";
import type { Looks } from "./vocabulary.js";
import type { Weights } from "./weights.js";

/** How much stands in each of the places of a document, in the order of `places`. */
type Lengths = number[];

type Document = { readonly lengths: Lengths; readonly words: readonly Posting[] };

type Sum = { score: number; covered: number };

const nothing = (): Sum => ({ score: 0, covered: 0 });
const none = (): Lengths => places.map(() => 0);

/** A word said more often than this in one place is worth no more. Two bits hold it. */
const mostOfOneWord = 2;
const bitsOfCount = 2;
const countAt = (counts: number, place: number) => (counts >> (place * bitsOfCount)) & 3;

/**
 * What one search may look at, in words of documents: several times what the longest query finds among
 * 1,400 real tools. The rarest words of a query come first, as they say most.
 */
const mostMatches = 200_000;
/** Of the words in an index, which it may look at as longer forms and misspellings of those that were asked. */
const mostLooks = 5_000;

/** How much of a document is taken in. */
export type Allowance = {
  /** Words in all. */
  readonly words: number;
  /** Of these, words that only its name may have. */
  readonly reserved: number;
};

/** What became of a document: how many of its words were taken in, and whether that is all of them. */
export type Taken = { readonly words: number; readonly isWhole: boolean };

/**
 * An inverted index that ranks by BM25F with one change: of a query's word, its synonyms, its longer forms
 * and its misspellings, a document counts the best in each place and not the sum. Else a text that says one
 * thing in many ways wins over one that says all that was asked.
 */
export class TextIndex {
  readonly #weights: Weights;
  readonly #documents = new Map<number, Document>();
  readonly #postings = new Postings();
  readonly #totalLengths = none();

  constructor(weights: Weights) {
    this.#weights = weights;
  }

  /** Takes a document in, the words of its name first. Its number must be higher than all before it. */
  add(id: number, texts: Readonly<Record<Place, string>>, { words, reserved }: Allowance): Taken {
    const lengths = none();
    const found = new Map<string, number>();
    let most = words;
    let isWhole = true;
    for (const [place, name] of places.entries()) {
      // What could not be taken in need not be read.
      isWhole = found.size <= most && (place === 0 || found.size < most || texts[name] === "");
      if (!isWhole) break;
      const terms = termsOfDocument(texts[name]);
      for (const { stem, concepts } of terms)
        for (const word of [stem, ...concepts]) found.set(word, more(found.get(word) ?? 0, place));
      lengths[place] = terms.length;
      if (place === 0) most = Math.min(words, Math.max(found.size, words - reserved));
    }
    const taken: Posting[] = [];
    for (const [word, counts] of found) {
      if (taken.length >= most) break;
      taken.push(this.#postings.add(word, id, counts));
    }
    this.#documents.set(id, { lengths, words: taken });
    this.#count(lengths, 1);
    return { words: taken.length, isWhole: isWhole && taken.length === found.size };
  }

  /** Returns how many words it had. */
  remove(id: number): number {
    const document = this.#documents.get(id);
    if (document === undefined) return 0;
    this.#documents.delete(id);
    for (const posting of document.words) this.#postings.remove(posting, id);
    this.#count(document.lengths, -1);
    return document.words.length;
  }

  /** Scores by document; those that have nothing of what was asked are not in it. */
  search(query: string): Map<number, number> {
    const found = new Map<number, Sum>();
    const terms = termsOfQuery(query);
    const implied = nameAction(terms) ? [] : [impliedTerm];
    const matches = this.#matchAll([...terms, ...implied]);
    let asked = 0;
    for (const term of terms)
      asked += this.#score(term, matches, 1, (id) => entry(found, id, nothing));
    // What is implied refines what was found and finds nothing itself.
    for (const term of implied)
      asked += this.#score(term, matches, this.#weights.implied, (id) => found.get(id));
    return new Map(
      [...found].map(([id, { score, covered }]) => [
        id,
        score * (covered / asked) ** this.#weights.coverage,
      ]),
    );
  }

  #count(lengths: Lengths, sign: 1 | -1): void {
    for (const [place, length] of lengths.entries())
      this.#totalLengths[place] = (this.#totalLengths[place] ?? 0) + sign * length;
  }

  /** By term: how much each document has of it. Stops when there would be too much to look at. */
  #matchAll(terms: readonly Term[]): ReadonlyMap<Term, ReadonlyMap<number, number>> {
    const looks = { left: mostLooks };
    const costs = terms.map((term) => {
      const words = [...this.#alternatives(term, looks)];
      return {
        term,
        words,
        cost: words.reduce((sum, [word]) => sum + this.#postings.count(word), 0),
      };
    });
    let left = mostMatches;
    const matches = new Map<Term, ReadonlyMap<number, number>>();
    for (const { term, words, cost } of costs.sort((a, b) => a.cost - b.cost)) {
      matches.set(term, this.#match(words, left));
      left = Math.max(0, left - cost);
    }
    return matches;
  }

  /** Adds what each document has of one term to its sum, and returns what it could have had. */
  #score(
    term: Term,
    matches: ReadonlyMap<Term, ReadonlyMap<number, number>>,
    worth: number,
    sumOf: (id: number) => Sum | undefined,
  ): number {
    const weights = matches.get(term);
    if (weights === undefined || weights.size === 0) return 0;
    const rarity = this.#rarity(term, weights.size) * worth;
    for (const [id, weight] of weights) {
      const sum = sumOf(id);
      if (sum === undefined) continue;
      sum.score += (rarity * weight) / (this.#weights.saturation + weight);
      sum.covered += rarity * Math.min(1, weight);
    }
    return rarity;
  }

  /** How much each document has of one of these words, over all its places. */
  #match(words: readonly (readonly [string, number])[], most: number): Map<number, number> {
    const best = new Map<number, number[]>();
    let left = most;
    for (const [word, worth] of words) {
      const pairs = this.#postings.pairs(word);
      for (let at = 0; at < pairs.length && left > 0; at += 2, left--) {
        const [id = 0, counts = 0] = [pairs[at], pairs[at + 1]];
        const values = entry(best, id, none);
        for (let place = 0; place < places.length; place++)
          values[place] = Math.max(values[place] ?? 0, worth * countAt(counts, place));
      }
    }
    return new Map([...best].map(([id, values]) => [id, this.#weigh(id, values)]));
  }

  #weigh(id: number, values: readonly number[]): number {
    const { lengthPenalty, places: worth } = this.#weights;
    const lengths = this.#documents.get(id)?.lengths ?? none();
    let sum = 0;
    for (const [index, place] of places.entries()) {
      const value = values[index] ?? 0;
      if (value === 0) continue;
      const average = (this.#totalLengths[index] ?? 0) / this.#documents.size;
      const relative = (lengths[index] ?? 0) / average;
      sum += (worth[place] * value) / (1 - lengthPenalty + lengthPenalty * relative);
    }
    return sum;
  }

  /** What may stand for a term, and what it is worth against the term itself. */
  *#alternatives({ stem, concepts }: Term, looks: Looks): Iterable<readonly [string, number]> {
    const { synonym, beginning, misspelling } = this.#weights;
    yield [stem, 1];
    let isKnown = this.#postings.has(stem);
    for (const concept of concepts) {
      isKnown ||= this.#postings.has(concept);
      yield [concept, synonym];
    }
    if (stem === "") return;
    for (const word of this.#postings.vocabulary.related(stem, looks)) {
      isKnown = true;
      yield [word, beginning];
    }
    if (isKnown) return;
    for (const word of this.#postings.vocabulary.corrections(stem, looks))
      yield [word, misspelling];
  }

  /**
   * Between how rare the word is and how rare what it means is: a rare word for a common thing (`fetch` among
   * many `get`) must not decide.
   */
  #rarity({ stem }: Term, matches: number): number {
    const own = this.#postings.has(stem) ? this.#postings.count(stem) : matches;
    const frequency = Math.sqrt(own * matches);
    return Math.log(1 + (this.#documents.size - frequency + 0.5) / (frequency + 0.5));
  }
}

/** The same counts with one more in a place. */
function more(counts: number, place: number): number {
  return countAt(counts, place) === mostOfOneWord ? counts : counts + (1 << (place * bitsOfCount));
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
