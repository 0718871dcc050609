import { sha256Hex } from "./hash.js";
import { isPlain } from "./text.js";

const longestId = 40;

/** How much of a name's hash an id may show: little, unless other names have taken that. */
const hashLengths = [6, 10, 16, 32] as const;

/** Ids that mean something else in the hub's own URLs and tool names. */
const reservedIds = new Set(["hub"]);

/** What makes two names the same name: compatibility forms, case and runs of spaces do not count. */
export function nameKey(name: string): string {
  if (isPlain(name)) return name.replace(/ +/g, " ").trim().toLowerCase();
  const spaced = name.normalize("NFKC").replace(/\s+/gu, " ").trim();
  // Upper then lower case folds what lower case alone leaves apart (ß and ss, the two sigmas).
  return spaced.toUpperCase().toLowerCase().normalize("NFKC");
}

/** The slug of a name when it says the whole name, else only a readable start of it. */
function slugOf(key: string): { readonly slug: string; readonly isWhole: boolean } {
  const plain = key.normalize("NFKD").replace(/\p{M}/gu, "");
  const slug = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  const lostLetters = /[\p{L}\p{N}]/u.test(plain.replace(/[a-z0-9]/g, ""));
  const isWhole = slug !== "" && slug.length <= longestId && !lostLetters && !reservedIds.has(slug);
  return { slug, isWhole };
}

/** An id that only this name can have: readable start, then the start of the hash of the whole name. */
function hashedId(slug: string, hash: string, hashLength: number): string {
  const start = slug.slice(0, longestId - hashLength - 1).replace(/-+$/, "") || "server";
  return `${start}-${hash.slice(0, hashLength)}`;
}

/**
 * The id of a name: its slug of `[a-z0-9-]`, at most 40 characters. A name that loses letters on the
 * way, is reserved, too long, or whose slug belongs to another name gets a short hash of the name.
 * `keyHolding` says which name key has an id now; a name that has an id keeps it.
 */
export function idForName(name: string, keyHolding: (id: string) => string | undefined): string {
  const key = nameKey(name);
  const { slug, isWhole } = slugOf(key);
  if (isWhole && keyHolding(slug) === key) return slug;
  const hash = sha256Hex(key);
  const hashed = hashLengths.map((length) => hashedId(slug, hash, length));
  const ids = isWhole ? [slug, ...hashed] : hashed;
  const id =
    ids.find((one) => keyHolding(one) === key) ?? ids.find((one) => keyHolding(one) === undefined);
  if (id === undefined) throw new Error(`No id is free for the name ${JSON.stringify(name)}.`);
  return id;
}
