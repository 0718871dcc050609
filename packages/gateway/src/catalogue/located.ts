import type { CapabilitySnapshot, Entry } from "@hub/core";
import { bytesOfOne, type Combined, type RewritesByServer, sideBySide } from "./combined.js";
import { partOf } from "./items.js";
import { Part } from "./part.js";

type Offer = { readonly entry: Entry; readonly snapshot: CapabilitySnapshot; readonly part: Part };

/** Resources or templates under the URI they have here: their own, unless an older server has it. */
export function located(
  servers: readonly Entry[],
  kind: "resources" | "resourceTemplates",
): Combined {
  const offers = servers.flatMap((entry): Offer[] => {
    const { record, snapshot } = entry;
    if (snapshot === undefined || snapshot[kind].length === 0) return [];
    return [{ entry, snapshot, part: partOf(record.id, snapshot, kind, "own") }];
  });
  const parts = offers.map(({ part }) => part);
  if (offers.length < 2) return sideBySide(parts, 0);
  const work = parts.reduce((sum, { items }) => sum + items.length, 0);
  const owners = ownersOfShared(offers);
  if (owners.size === 0) return sideBySide(parts, work);
  const rewrites = new Map<string, Map<string, string>>();
  const moved = offers.map(({ entry, snapshot, part }) => {
    const { id } = entry.record;
    const isMoved = (uri: string) => (owners.get(uri) ?? id) !== id;
    if (!part.items.some(({ name }) => isMoved(name))) return part;
    const marked = partOf(id, snapshot, kind, "marked");
    const mapped = new Map<string, string>();
    rewrites.set(id, mapped);
    const items = part.items.map((item) => {
      const other = isMoved(item.name) ? marked.all[item.index] : undefined;
      if (other !== undefined) mapped.set(item.name, other.exposed);
      return other ?? item;
    });
    return new Part(id, items);
  });
  return {
    parts: withoutFalse(moved, rewrites),
    ambiguous: [],
    rewrites,
    work: work * 3,
    ownBytes: work * bytesOfOne,
  };
}

/** By each URI that more than one server has: the oldest of them. */
function ownersOfShared(offers: readonly Offer[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  const byAge = [...offers].sort(
    (a, b) =>
      a.entry.record.createdAt - b.entry.record.createdAt ||
      (a.entry.record.id < b.entry.record.id ? -1 : 1),
  );
  const first = new Map<string, string>();
  for (const { entry, part } of byAge) {
    for (const { name } of part.items) {
      const owner = first.get(name);
      if (owner === undefined) first.set(name, entry.record.id);
      else owners.set(name, owner);
    }
  }
  return owners;
}

/** A server may call a resource what another one's is called here; that would be in the list twice. */
function withoutFalse(parts: readonly Part[], rewrites: RewritesByServer): readonly Part[] {
  const marked = new Set([...rewrites.values()].flatMap((mapped) => [...mapped.values()]));
  return parts.map((part) => {
    const kept = part.all.filter(({ name, exposed }) => name !== exposed || !marked.has(exposed));
    return kept.length === part.all.length ? part : new Part(part.serverId, kept);
  });
}

/** Of resources and templates together. */
export function mergedRewrites(one: RewritesByServer, other: RewritesByServer): RewritesByServer {
  if (one.size === 0 || other.size === 0) return one.size === 0 ? other : one;
  const merged = new Map(one);
  for (const [serverId, mapped] of other)
    merged.set(serverId, new Map([...(one.get(serverId) ?? []), ...mapped]));
  return merged;
}
