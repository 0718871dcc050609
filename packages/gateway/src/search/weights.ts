import type { Place } from "./searchable-text.js";

export type Weights = {
  /** What a word is worth by where it stands. */
  readonly places: Readonly<Record<Place, number>>;
  /** Against the word itself: a synonym, a longer word that begins so, a word with one letter wrong. */
  readonly synonym: number;
  readonly beginning: number;
  readonly misspelling: number;
  /** What is asked without a word, against a word. */
  readonly implied: number;
  /** The k and b of BM25: how soon more of the same counts no more, how much long texts are worth less. */
  readonly saturation: number;
  readonly lengthPenalty: number;
  /** How much it counts to meet all that was asked rather than some of it well. */
  readonly coverage: number;
};

/** Tuned on one half of the queries of `npm run bench:search` and judged by the other. */
export const tunedWeights: Weights = {
  places: {
    name: 2,
    title: 1,
    description: 1,
    parameters: 0.2,
    parameterDescriptions: 0.4,
    server: 2,
  },
  synonym: 0.7,
  beginning: 0.3,
  misspelling: 0.3,
  implied: 0.5,
  saturation: 1.5,
  lengthPenalty: 0.3,
  coverage: 0.25,
};
