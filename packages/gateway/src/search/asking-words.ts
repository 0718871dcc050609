import { stem } from "./stem.js";

/** Words that speak of the asking, or of the answer that is hoped for, rather than of what a tool does. */
const askingWords = new Set(
  `able advise appreciate assist best better comprehensive could current curious detail ensure especially
  give good great hear hello help hey hi important include inform information interest just know let like
  look make many more most much necessary now ok particular please possible prefer provide quickly really
  recent require right something specific sure tell thank thing think various want way well wonder`
    .split(/\s+/)
    .map(stem),
);

/** Whether a word tells little about the tool that is asked for. A number is a value that it shall be given. */
export const isAskingWord = (stemmed: string): boolean =>
  askingWords.has(stemmed) || /^\p{N}+$/u.test(stemmed);
