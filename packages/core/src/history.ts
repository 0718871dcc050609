import { bytesOf, canonicalJson, type JsonObject } from "./json.js";
import type { CapabilityItem, CapabilityKind, ItemChange } from "./snapshot.js";

/** What is kept of a definition that came, went or became another. */
type KeptDefinition = {
  readonly hash: string;
  /** Of one that changed, the members that differ; else all. Missing when there was no room for them. */
  readonly members?: JsonObject;
};

/** One difference as the history keeps it. */
export type KeptItem = {
  readonly change: ItemChange["change"];
  readonly kind: CapabilityKind;
  readonly key: string;
  readonly before?: KeptDefinition;
  readonly after?: KeptDefinition;
};

/** What the history keeps of one change. */
export type KeptChanges = {
  readonly items: readonly KeptItem[];
  /** How many more items changed than there was room for. */
  readonly omitted?: number;
};

/** Members are looked at until they add up to so many times the room. */
const mostTries = 4;

/**
 * What the history keeps of differences, in at most `mostBytes` of JSON: first what changed, then, in the
 * same order, the definitions that still find room.
 */
export function keepChanges(changes: readonly ItemChange[], mostBytes: number): KeptChanges {
  let left = mostBytes;
  const kept: { readonly from: ItemChange; item: KeptItem }[] = [];
  for (const from of changes) {
    const item = withoutMembers(from);
    const bytes = jsonBytes(item) + 1;
    if (bytes > left) continue;
    left -= bytes;
    kept.push({ from, item });
  }
  let tries = mostTries * mostBytes;
  for (const one of kept) {
    if (tries <= 0) break;
    const full = withMembers(one.from);
    const more = jsonBytes(full) - jsonBytes(one.item);
    tries -= more;
    if (more > left) continue;
    left -= more;
    one.item = full;
  }
  const omitted = changes.length - kept.length;
  return { items: kept.map(({ item }) => item), ...(omitted === 0 ? {} : { omitted }) };
}

function withoutMembers(from: ItemChange): KeptItem {
  const { change, kind, key } = from;
  return {
    change,
    kind,
    key,
    ...("before" in from ? { before: { hash: from.before.hash } } : {}),
    ...("after" in from ? { after: { hash: from.after.hash } } : {}),
  };
}

function withMembers(from: ItemChange): KeptItem {
  const { change, kind, key } = from;
  const whole = ({ hash, definition }: CapabilityItem) => ({ hash, members: definition });
  switch (from.change) {
    case "added":
      return { change, kind, key, after: whole(from.after) };
    case "removed":
      return { change, kind, key, before: whole(from.before) };
    case "changed": {
      const { before, after } = from;
      return {
        change,
        kind,
        key,
        before: { hash: before.hash, members: differing(before.definition, after.definition) },
        after: { hash: after.hash, members: differing(after.definition, before.definition) },
      };
    }
  }
}

/** The members of a definition that are not the same in the other. */
function differing(one: JsonObject, other: JsonObject): JsonObject {
  const isSame = (name: string) => {
    const [mine, theirs] = [one[name], Object.hasOwn(other, name) ? other[name] : undefined];
    if (mine === undefined || theirs === undefined) return mine === theirs;
    return mine === theirs || canonicalJson(mine) === canonicalJson(theirs);
  };
  return Object.fromEntries(Object.entries(one).filter(([name]) => !isSame(name)));
}

/** How many bytes a value takes as JSON. */
export function jsonBytes(value: unknown): number {
  return bytesOf(JSON.stringify(value));
}
