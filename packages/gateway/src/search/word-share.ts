/**
 * How many words each server may have in an index that holds `most` of all, where none may have more than
 * `share`: the share is halved until all fits, so that who offers most gives way and small servers lose
 * nothing. `offered`: the words that there are of each.
 */
export function wordShare(offered: Iterable<number>, most: number, share: number): number {
  const all = [...offered];
  let fitting = share;
  while (fitting > 0 && all.reduce((sum, words) => sum + Math.min(words, fitting), 0) > most)
    fitting = Math.floor(fitting / 2);
  return fitting;
}
