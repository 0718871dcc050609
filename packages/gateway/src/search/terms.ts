import { stem } from "./stem.js";
import { impliedActions, synonymsOfActions, synonymsOfThings } from "./synonyms.js";
import { isEmptyWord, wordsOf } from "./words.js";

/** One thing that a text speaks of: a word, or a phrase of two that means something of its own. */
export type Term = {
  /** The stem, or both with a space between. */
  readonly stem: string;
  /** The groups of synonyms it belongs to. No stem looks like one. */
  readonly concepts: readonly string[];
};

const conceptsByStem = new Map<string, string[]>();
for (const [index, group] of [...synonymsOfActions, ...synonymsOfThings].entries()) {
  for (const member of group.split(", ")) {
    const key = member.split(" ").map(stem).join(" ");
    const concepts = conceptsByStem.get(key) ?? [];
    if (!concepts.includes(`#${index}`)) concepts.push(`#${index}`);
    conceptsByStem.set(key, concepts);
  }
}

const isAction = (concept: string): boolean => Number(concept.slice(1)) < synonymsOfActions.length;

export const nameAction = (terms: readonly Term[]): boolean =>
  terms.some(({ concepts }) => concepts.some(isAction));

/** What a query asks for that names no action: it wants to know something. */
export const impliedTerm: Term = {
  stem: "",
  concepts: impliedActions.flatMap((action) => conceptsByStem.get(stem(action)) ?? []),
};

const phraseAt = (stems: readonly string[], index: number): Term | undefined => {
  const pair = `${stems[index]} ${stems[index + 1]}`;
  const concepts = conceptsByStem.get(pair);
  return concepts === undefined ? undefined : { stem: pair, concepts };
};

const single = (one: string): Term => ({ stem: one, concepts: conceptsByStem.get(one) ?? [] });

type Stems = { readonly stems: readonly string[]; readonly counts: (index: number) => boolean };

/** A text of empty words only (`who am I`) keeps them all. */
function stemsOf(text: string): Stems {
  const words = wordsOf(text);
  const isNothing = words.every(isEmptyWord);
  return {
    stems: words.map(stem),
    counts: (index) => isNothing || !isEmptyWord(words[index] ?? ""),
  };
}

/** What a description can be found by: each of its words, and its phrases besides. */
export function termsOfDocument(text: string): Term[] {
  const { stems, counts } = stemsOf(text);
  return stems.flatMap((one, index) => {
    const phrase = phraseAt(stems, index);
    return [...(counts(index) ? [single(one)] : []), ...(phrase === undefined ? [] : [phrase])];
  });
}

/** What is asked beyond this counts no more. */
const longestQuery = 500;
const mostTerms = 32;

/** What a query asks for, each once. A phrase stands for its words: `get rid of` gets nothing. */
export function termsOfQuery(text: string): Term[] {
  const { stems, counts } = stemsOf(text.slice(0, longestQuery));
  const terms = new Map<string, Term>();
  for (let index = 0; index < stems.length && terms.size < mostTerms; index++) {
    const phrase = phraseAt(stems, index);
    const term = phrase ?? (counts(index) ? single(stems[index] ?? "") : undefined);
    if (phrase !== undefined) index++;
    if (term !== undefined) terms.set(term.stem, term);
  }
  return [...terms.values()];
}
