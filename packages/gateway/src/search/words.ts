/** Words that carry no meaning in a request for a tool, politeness among them. */
const emptyWords = new Set(
  `a about all am an and any are as at be been but by can could d did do does for from had has have he her
  hers him his how i if in into is it its just let like ll m me my myself need of on onto or our ours out
  over please re s she should so some t than that the their theirs them then there these they this those
  to tool up us using use ve via want was we were what when where whether which while who whom whose why
  will with would you your yours`.split(/\s+/),
);

export const isEmptyWord = (word: string): boolean => emptyWords.has(word);

/** Scripts that put no space between words: their words are looked up by pairs of characters. */
const unspaced = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+$/u;

function pairsOf(text: string): string[] {
  const characters = [...text];
  if (characters.length < 3) return [text];
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}

/** What is longer is told apart by its beginning only. */
const longestWord = 40;

/** The words of a text in lower case: `getUserName`, `get_user_name` and `GET-USER-NAME` are the same three. */
export function wordsOf(text: string): string[] {
  const parts = text
    .normalize("NFKD")
    .replace(/\p{Mn}+/gu, "")
    .replace(/['\u2019]s\b/g, "")
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll}{2})/gu, "$1 $2")
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu);
  return (parts ?? []).flatMap((word) =>
    unspaced.test(word) ? pairsOf(word) : [word.slice(0, longestWord)],
  );
}
