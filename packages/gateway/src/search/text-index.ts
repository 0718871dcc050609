import { type ByPlace, type Had, type Match, matchOf, none, wordItselfFirst } from "./matches.js";
import { type Posting, Postings } from "./postings.js";
import { type Place, places } from "./searchable-text.js";
import {
  type AskedTerm,
  impliedTerm,
  nameAction,
  type Term,
  termsOfDocument,
  termsOfQuery,
} from "./terms.js";
import type { Looks } from "./vocabulary.js";
import type { Weights } from "./weights.js";

type Document = { readonly lengths: ByPlace; readonly words: readonly Posting[] };

/** Documents that have something of a term; `isWhole` unless there were too many to look at. */
type Matches = { readonly byId: ReadonlyMap<number, Match>; readonly isWhole: boolean };

type Sum = { score: number; covered: number; isFound: boolean };

const nothing = (): Sum => ({ score: 0, covered: 0, isFound: false });

type Accepts = (document: number) => boolean;

export type SearchResult = {
  /** By document; those that have nothing of what was asked, or have it in parameters only, are not in it. */
  readonly scores: ReadonlyMap<number, number>;
  /** Words of the query that none of these documents has, nor anything that may stand for them. */
  unmatchedIn(documents: ReadonlySet<number>): string[];
};

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

  /** `accepts`: which documents are there for whoever asks. What the others hold finds, hides and corrects nothing. */
  search(query: string, accepts: Accepts): SearchResult {
    const sums = new Map<number, Sum>();
    const terms = termsOfQuery(query);
    const implied = nameAction(terms) ? [] : [impliedTerm];
    const matches = this.#matchAll([...terms, ...implied], accepts);
    let asked = 0;
    for (const term of terms) {
      const worth = term.isAsking ? this.#weights.asking : 1;
      asked += this.#score(term, matches, worth, (id) => entry(sums, id, nothing));
    }
    // What is implied refines what was found and finds nothing itself.
    for (const term of implied)
      asked += this.#score(term, matches, this.#weights.implied, (id) => sums.get(id));
    const scores = new Map<number, number>();
    for (const [id, { score, covered, isFound }] of sums)
      if (isFound) scores.set(id, score * (covered / asked) ** this.#weights.coverage);
    return {
      scores,
      unmatchedIn: (documents) =>
        terms
          .filter((term) => !term.isAsking && !isMatched(matches.get(term), documents))
          .map(({ words }) => words),
    };
  }

  #count(lengths: ByPlace, sign: 1 | -1): void {
    for (const [place, length] of lengths.entries())
      this.#totalLengths[place] = (this.#totalLengths[place] ?? 0) + sign * length;
  }

  /** By term: how each document answers it. Stops when there would be too much to look at. */
  #matchAll(terms: readonly AskedTerm[], accepts: Accepts): ReadonlyMap<AskedTerm, Matches> {
    const looks = { left: mostLooks };
    const costs = terms.map((term) => {
      const words = [...this.#alternatives(term, looks, accepts)];
      return {
        term,
        words,
        cost: words.reduce((sum, [word]) => sum + this.#postings.count(word), 0),
      };
    });
    let left = mostMatches;
    const matches = new Map<AskedTerm, Matches>();
    for (const { term, words, cost } of costs.sort((a, b) => a.cost - b.cost)) {
      matches.set(term, { byId: this.#match(term, words, left, accepts), isWhole: cost <= left });
      left = Math.max(0, left - cost);
    }
    return matches;
  }

  /** Adds what each document has of one term to its sum, and returns what it could have had. */
  #score(
    term: AskedTerm,
    matches: ReadonlyMap<AskedTerm, Matches>,
    worth: number,
    sumOf: (id: number) => Sum | undefined,
  ): number {
    const byId = matches.get(term)?.byId;
    if (byId === undefined || byId.size === 0) return 0;
    const rarity = this.#rarity(term, byId.size) * worth;
    for (const [id, { weight, covered, canFind }] of byId) {
      const sum = sumOf(id);
      if (sum === undefined) continue;
      sum.score += rarity * weight;
      sum.covered += rarity * covered;
      sum.isFound ||= canFind && !term.isAsking;
    }
    return rarity;
  }

  /** How each document answers a term by one of these words. */
  #match(
    { stem }: Term,
    words: readonly (readonly [string, number])[],
    most: number,
    accepts: Accepts,
  ): ReadonlyMap<number, Match> {
    const had = new Map<number, Had>();
    let left = most;
    for (const [word, worth] of words) {
      const pairs = this.#postings.pairs(word);
      for (let at = 0; at < pairs.length && left > 0; at += 2, left--) {
        const [id = 0, counts = 0] = [pairs[at], pairs[at + 1]];
        if (!accepts(id)) continue;
        const { itself, best } = entry(had, id, () => ({ itself: none(), best: none() }));
        for (let place = 0; place < places.length; place++) {
          const count = countAt(counts, place);
          if (word === stem) itself[place] = count;
          best[place] = Math.max(best[place] ?? 0, worth * count);
        }
      }
    }
    const matches = new Map<number, Match>();
    for (const [id, one] of had)
      matches.set(
        id,
        matchOf(one, (place) => this.#relativeLength(id, place), this.#weights),
      );
    return wordItselfFirst(matches);
  }

  #relativeLength(id: number, place: number): number {
    const length = this.#documents.get(id)?.lengths[place] ?? 0;
    return (length * this.#documents.size) / (this.#totalLengths[place] || 1);
  }

  /** What may stand for a term, and what it is worth against the term itself. */
  *#alternatives(
    { stem, concepts }: Term,
    looks: Looks,
    accepts: Accepts,
  ): Iterable<readonly [string, number]> {
    const { synonym, beginning, misspelling } = this.#weights;
    yield [stem, 1];
    let isKnown = this.#isIn(stem, accepts);
    for (const concept of concepts) {
      isKnown ||= this.#isIn(concept, accepts);
      yield [concept, synonym];
    }
    if (stem === "") return;
    for (const word of this.#postings.vocabulary.related(stem, looks)) {
      isKnown ||= this.#isIn(word, accepts);
      yield [word, beginning];
    }
    if (isKnown) return;
    for (const word of this.#postings.vocabulary.corrections(stem, looks))
      yield [word, misspelling];
  }

  /** Whether a document that is there has a word. */
  #isIn(word: string, accepts: Accepts): boolean {
    const pairs = this.#postings.pairs(word);
    for (let at = 0; at < pairs.length; at += 2) if (accepts(pairs[at] ?? 0)) return true;
    return false;
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

/** Whether one of the documents has something of a term. What was not looked at whole may be there. */
function isMatched(matches: Matches | undefined, documents: ReadonlySet<number>): boolean {
  if (matches === undefined || !matches.isWhole) return true;
  for (const id of matches.byId.keys()) if (documents.has(id)) return true;
  return false;
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
