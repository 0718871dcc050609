import { isAskingWord } from "./asking-words.js";
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

/** What a query asks for. */
export type AskedTerm = Term & {
  /** As it was asked, in lower case. */
  readonly words: string;
  /** It tells little about the tool, and others of the query tell more. */
  readonly isAsking: boolean;
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
export const impliedTerm: AskedTerm = {
  stem: "",
  words: "",
  isAsking: false,
  concepts: impliedActions.flatMap((action) => conceptsByStem.get(stem(action)) ?? []),
};

const phraseAt = (stems: readonly string[], index: number): Term | undefined => {
  const pair = `${stems[index]} ${stems[index + 1]}`;
  const concepts = conceptsByStem.get(pair);
  return concepts === undefined ? undefined : { stem: pair, concepts };
};

const single = (one: string): Term => ({ stem: one, concepts: conceptsByStem.get(one) ?? [] });

type Stems = {
  readonly words: readonly string[];
  readonly stems: readonly string[];
  readonly counts: (index: number) => boolean;
};

/** A text of empty words only (`who am I`) keeps them all. */
function stemsOf(text: string): Stems {
  const words = wordsOf(text);
  const isNothing = words.every(isEmptyWord);
  return {
    words,
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
export const longestQuery = 1_000;
const mostTerms = 64;

/** What a query asks for, each once. A phrase stands for its words: `get rid of` gets nothing. */
export function termsOfQuery(text: string): AskedTerm[] {
  const { words, stems, counts } = stemsOf(text.slice(0, longestQuery));
  const terms = new Map<string, Omit<AskedTerm, "isAsking">>();
  for (let index = 0; index < stems.length && terms.size < mostTerms; index++) {
    const phrase = phraseAt(stems, index);
    const term = phrase ?? (counts(index) ? single(stems[index] ?? "") : undefined);
    const asked = words.slice(index, phrase === undefined ? index + 1 : index + 2).join(" ");
    if (phrase !== undefined) index++;
    if (term !== undefined && !terms.has(term.stem))
      terms.set(term.stem, { ...term, words: asked });
  }
  const all = [...terms.values()];
  const isOnlyAsking = all.every((term) => isAskingWord(term.stem));
  return all.map((term) => ({ ...term, isAsking: !isOnlyAsking && isAskingWord(term.stem) }));
}
