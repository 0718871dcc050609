const shortest = 5;

/**
 * Whether two words differ by one letter: missing, added, another, or swapped with its neighbour. The first
 * letter is rarely wrong and must agree; short words become other words too easily.
 */
export function isMisspelling(word: string, other: string): boolean {
  if (Math.min(word.length, other.length) < shortest || word[0] !== other[0]) return false;
  if (Math.abs(word.length - other.length) > 1) return false;
  let start = 0;
  while (start < word.length && word[start] === other[start]) start++;
  let end = 0;
  const most = Math.min(word.length, other.length) - start;
  while (end < most && word.at(-1 - end) === other.at(-1 - end)) end++;
  const [a, b] = [word.slice(start, word.length - end), other.slice(start, other.length - end)];
  if (a.length <= 1 && b.length <= 1) return true;
  return a.length === 2 && b.length === 2 && a[0] === b[1] && a[1] === b[0];
}
