const hasVowel = /[aeiouy]/;
const doubled = /([bdfgmnprt])\1$/;

/** What is left of a verb without its ending; undefined when the ending is part of the word (`string`). */
function without(word: string, ending: string): string | undefined {
  const rest = word.slice(0, -ending.length);
  if (rest.length < 3 || !hasVowel.test(rest)) return undefined;
  return rest.replace(doubled, "$1");
}

function singular(word: string): string {
  if (word.length < 4 || !word.endsWith("s") || /(?:ss|us|is)$/.test(word)) return word;
  if (word.endsWith("ies") && word.length > 4) return `${word.slice(0, -3)}y`;
  return /(?:ss|x|ch|sh|zz)es$/.test(word) ? word.slice(0, -2) : word.slice(0, -1);
}

/**
 * English words that differ only in number or tense become one: `created`, `creating`, `creates` and
 * `creation` are `creat`. Light on purpose: what it leaves alone, the search still finds as a prefix.
 */
export function stem(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  let one = singular(word);
  if (one.endsWith("ied") && one.length > 4) one = `${one.slice(0, -3)}y`;
  else if (one.endsWith("ed") && !one.endsWith("eed")) one = without(one, "ed") ?? one;
  else if (one.endsWith("ing")) one = without(one, "ing") ?? one;
  else if (/tion$/.test(one) && one.length > 6) one = one.slice(0, -3);
  else if (one.endsWith("ment") && one.length > 8) one = one.slice(0, -4);
  else if (one.endsWith("ly") && one.length > 6) one = one.slice(0, -2);
  return one.length > 4 && one.endsWith("e") ? one.slice(0, -1) : one;
}
