import { sha256Hex } from "./hash.js";

const longestId = 40;
const hashLength = 6;

/** Ids that mean something else in the hub's own URLs and tool names. */
const reservedIds = new Set(["hub"]);

/** What makes two names the same name: compatibility forms, case and runs of spaces do not count. */
export function nameKey(name: string): string {
  // Upper then lower case folds what lower case alone leaves apart (ß and ss, the two sigmas).
  return name
    .normalize("NFKC")
    .toUpperCase()
    .toLowerCase()
    .normalize("NFKC")
    .replace(/\s+/gu, " ")
    .trim();
}

/** An id that only this name can have: readable start, short hash of the whole name. */
function hashedId(readable: string, key: string): string {
  const room = longestId - hashLength - 1;
  const start = readable.slice(0, room).replace(/-+$/, "") || "server";
  return `${start}-${sha256Hex(key).slice(0, hashLength)}`;
}

/**
 * The id of a name: its slug of `[a-z0-9-]`, at most 40 characters. A name that loses letters on the
 * way, is reserved, too long, or whose slug belongs to another name gets a short hash of the name.
 * `keyHolding` says which name key has an id now.
 */
export function idForName(name: string, keyHolding: (id: string) => string | undefined): string {
  const key = nameKey(name);
  const plain = key.normalize("NFKD").replace(/\p{M}/gu, "");
  const readable = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  const lostLetters = /[\p{L}\p{N}]/u.test(plain.replace(/[a-z0-9]/g, ""));
  const isFree = (id: string) => {
    const holder = keyHolding(id);
    return holder === undefined || holder === key;
  };
  const isPlain =
    readable !== "" && readable.length <= longestId && !lostLetters && !reservedIds.has(readable);
  if (isPlain && isFree(readable)) return readable;

  const hashed = hashedId(readable, key);
  if (isFree(hashed)) return hashed;
  // Two names whose short hashes agree: lengthen by hashing again, until one is free.
  for (let round = 1; ; round += 1) {
    const next = hashedId(readable, `${key}\u0000${round}`);
    if (isFree(next)) return next;
  }
}
