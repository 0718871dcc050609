import { type Place, places } from "./searchable-text.js";
import { impliedTerm, nameAction, type Term, termsOfDocument, termsOfQuery } from "./terms.js";
import { Vocabulary } from "./vocabulary.js";
import type { Weights } from "./weights.js";

/** How often something stands in each of the places of a document, in the order of `places`. */
type Counts = number[];

type Document = { readonly lengths: Counts; readonly keys: readonly string[] };

type Sum = { score: number; covered: number };

const nothing = (): Sum => ({ score: 0, covered: 0 });
const none = (): Counts => places.map(() => 0);

/** A word said more often than this in one place is worth no more. */
const mostOfOneWord = 2;

/**
 * An inverted index that ranks by BM25F with one change: of a query's word, its synonyms, its longer forms
 * and its misspellings, a document counts the best in each place and not the sum. Else a text that says one
 * thing in many ways wins over one that says all that was asked.
 */
export class TextIndex {
  readonly #weights: Weights;
  readonly #documents = new Map<number, Document>();
  /** By stem or concept. */
  readonly #postings = new Map<string, Map<number, Counts>>();
  readonly #totalLengths = none();
  /** Made when it is needed; undefined after each change. */
  #vocabulary: Vocabulary | undefined;

  constructor(weights: Weights) {
    this.#weights = weights;
  }

  add(id: number, texts: Readonly<Record<Place, string>>): void {
    this.#vocabulary = undefined;
    const lengths = none();
    const keys = new Set<string>();
    for (const [index, place] of places.entries()) {
      const terms = termsOfDocument(texts[place]);
      for (const { stem, concepts } of terms) {
        for (const key of [stem, ...concepts]) {
          keys.add(key);
          const counts = entry(
            entry(this.#postings, key, () => new Map()),
            id,
            none,
          );
          counts[index] = (counts[index] ?? 0) + 1;
        }
      }
      lengths[index] = terms.length;
      this.#totalLengths[index] = (this.#totalLengths[index] ?? 0) + terms.length;
    }
    this.#documents.set(id, { lengths, keys: [...keys] });
  }

  remove(id: number): void {
    const document = this.#documents.get(id);
    if (document === undefined) return;
    this.#vocabulary = undefined;
    this.#documents.delete(id);
    for (const key of document.keys) {
      const posting = this.#postings.get(key);
      posting?.delete(id);
      if (posting?.size === 0) this.#postings.delete(key);
    }
    for (const [index, length] of document.lengths.entries())
      this.#totalLengths[index] = (this.#totalLengths[index] ?? 0) - length;
  }

  /** Scores by document; those that have nothing of what was asked are not in it. */
  search(query: string): Map<number, number> {
    const found = new Map<number, Sum>();
    const terms = termsOfQuery(query);
    let asked = 0;
    for (const term of terms) asked += this.#score(term, 1, (id) => entry(found, id, nothing));
    // What is implied refines what was found and finds nothing itself.
    if (!nameAction(terms))
      asked += this.#score(impliedTerm, this.#weights.implied, (id) => found.get(id));
    return new Map(
      [...found].map(([id, { score, covered }]) => [
        id,
        score * (covered / asked) ** this.#weights.coverage,
      ]),
    );
  }

  /** Adds what each document has of one term to its sum, and returns what it could have had. */
  #score(term: Term, worth: number, sumOf: (id: number) => Sum | undefined): number {
    const matches = this.#match(term);
    if (matches.size === 0) return 0;
    const rarity = this.#rarity(term, matches.size) * worth;
    for (const [id, weight] of matches) {
      const sum = sumOf(id);
      if (sum === undefined) continue;
      sum.score += (rarity * weight) / (this.#weights.saturation + weight);
      sum.covered += rarity * Math.min(1, weight);
    }
    return rarity;
  }

  /** How much each document has of one term, over all its places. */
  #match(term: Term): Map<number, number> {
    const best = new Map<number, Counts>();
    for (const [key, worth] of this.#alternatives(term)) {
      for (const [id, counts] of this.#postings.get(key) ?? []) {
        const values = entry(best, id, none);
        for (const [index, count] of counts.entries())
          values[index] = Math.max(values[index] ?? 0, worth * Math.min(count, mostOfOneWord));
      }
    }
    return new Map([...best].map(([id, values]) => [id, this.#weigh(id, values)]));
  }

  #weigh(id: number, values: Counts): number {
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

  /** What else may stand for a term, and what it is worth against the term itself. */
  *#alternatives({ stem, concepts }: Term): Iterable<readonly [string, number]> {
    const { synonym, beginning, misspelling } = this.#weights;
    yield [stem, 1];
    let isKnown = this.#postings.has(stem);
    for (const concept of concepts) {
      isKnown ||= this.#postings.has(concept);
      yield [concept, synonym];
    }
    if (stem === "") return;
    this.#vocabulary ??= new Vocabulary(this.#postings.keys());
    for (const key of this.#vocabulary.related(stem)) {
      isKnown = true;
      yield [key, beginning];
    }
    if (isKnown) return;
    for (const key of this.#vocabulary.corrections(stem)) yield [key, misspelling];
  }

  /**
   * Between how rare the word is and how rare what it means is: a rare word for a common thing (`fetch` among
   * many `get`) must not decide.
   */
  #rarity({ stem }: Term, matches: number): number {
    const own = this.#postings.get(stem)?.size ?? matches;
    const frequency = Math.sqrt(own * matches);
    return Math.log(1 + (this.#documents.size - frequency + 0.5) / (frequency + 0.5));
  }
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
