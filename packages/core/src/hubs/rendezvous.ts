/** FNV-1a over UTF-16, with the last mixing of MurmurHash3: spreads well, and costs no more than reading the text. */
function scoreOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * Which of the hubs looks after a key: the one that scores highest with it (rendezvous hashing), so that all who know
 * the same hubs agree, and a hub that comes or goes moves only what is its own. Undefined when there is no hub.
 */
export function ownerOf(key: string, hubIds: Iterable<string>): string | undefined {
  let owner: string | undefined;
  let best = -1;
  for (const id of hubIds) {
    const score = scoreOf(`${id}\n${key}`);
    if (score < best || (score === best && owner !== undefined && id > owner)) continue;
    owner = id;
    best = score;
  }
  return owner;
}
