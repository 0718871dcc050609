import type { Place } from "./searchable-text.js";

export type Weights = {
  /** What a word is worth by where it stands. */
  readonly places: Readonly<Record<Place, number>>;
  /** Against the word itself: a synonym, a longer word that begins so, a word with one letter wrong. */
  readonly synonym: number;
  readonly beginning: number;
  readonly misspelling: number;
  /** What is asked without a word, and what words of asking (`help`, `provide`) ask for, against a word. */
  readonly implied: number;
  readonly asking: number;
  /** The k and b of BM25: how soon more of the same counts no more, how much long texts are worth less. */
  readonly saturation: number;
  readonly lengthPenalty: number;
  /** Of what can be had for a word: the most for everything else than the word itself in `sayingPlaces`. */
  readonly notSaid: number;
  /** Of the same: the least for the word itself in other places, as a parameter's value. */
  readonly saidElsewhere: number;
  /** How much it counts to meet all that was asked rather than some of it well. */
  readonly coverage: number;
};

/** Tuned on one half of the queries of `npm run bench:search`, with and without `--data`, and judged by the other. */
export const tunedWeights: Weights = {
  places: {
    name: 2.5,
    title: 1,
    description: 1,
    server: 2,
    serverDescription: 0.3,
    parameters: 0.1,
    parameterValues: 0.5,
    parameterDescriptions: 0.2,
  },
  synonym: 0.5,
  beginning: 0.5,
  misspelling: 0.3,
  implied: 0.8,
  asking: 0.4,
  saturation: 1.8,
  lengthPenalty: 0.8,
  notSaid: 0.8,
  saidElsewhere: 0.3,
  coverage: 0.1,
};
