import { findingPlaces, type Place, places, sayingPlaces } from "./searchable-text.js";
import type { Weights } from "./weights.js";

/** How much stands in each of the places of a document, in the order of `places`. */
export type ByPlace = number[];

export const none = (): ByPlace => places.map(() => 0);

/** What a document has of a term, by place: how often the word itself, and the best of all that may stand for it. */
export type Had = { readonly itself: ByPlace; readonly best: ByPlace };

/** How a document answers a term. */
export type Match = {
  /** What it counts, 0-1. */
  readonly weight: number;
  /** How far the term is met, 0-1. */
  readonly covered: number;
  /** Whether more than parameters speak of it. */
  readonly canFind: boolean;
  /** Whether the word itself says what the tool is. */
  readonly isSaid: boolean;
};

/** `relativeLength`: of the text in a place, against the mean of all documents. */
export function matchOf(
  { itself, best }: Had,
  relativeLength: (place: number) => number,
  weights: Weights,
): Match {
  const { lengthPenalty, notSaid, saidElsewhere, saturation } = weights;
  let sum = 0;
  for (const [index, value] of best.entries()) {
    if (value === 0) continue;
    const worth = weights.places[places[index] as Place]; // `best` is in the order of `places`
    sum += (worth * value) / (1 - lengthPenalty + lengthPenalty * relativeLength(index));
  }
  const isAt = (found: ByPlace, end?: number) => found.slice(0, end).some((count) => count > 0);
  const isSaid = isAt(itself, sayingPlaces);
  const part = sum / (saturation + sum);
  const other = isAt(itself) ? saidElsewhere + (1 - saidElsewhere) * part : notSaid * part;
  return {
    weight: isSaid ? part : Math.min(notSaid, other),
    covered: Math.min(1, sum),
    canFind: isAt(best, findingPlaces),
    isSaid,
  };
}

/** What everything else counts at most, of the least that the word itself counts. */
const belowTheWord = 0.99;

/**
 * The word itself comes before its synonyms and before parameters: wherever only these are found, they count
 * less than the least that the word itself counts anywhere.
 */
export function wordItselfFirst(matches: Map<number, Match>): Map<number, Match> {
  let [weight, covered] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const match of matches.values()) {
    if (!match.isSaid) continue;
    weight = Math.min(weight, match.weight * belowTheWord);
    covered = Math.min(covered, match.covered);
  }
  for (const [id, match] of matches)
    if (!match.isSaid && (match.weight > weight || match.covered > covered))
      matches.set(id, {
        ...match,
        weight: Math.min(weight, match.weight),
        covered: Math.min(covered, match.covered),
      });
  return matches;
}
