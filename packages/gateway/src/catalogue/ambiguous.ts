import { bytesOfOne, type Combined, sideBySide } from "./combined.js";
import { Part } from "./part.js";

/**
 * Leaves out what cannot be told apart. `isMarked`: no two servers can have the same name, so that only
 * what a server has twice itself needs a look.
 */
export function withoutAmbiguous(parts: readonly Part[], isMarked: boolean): Combined {
  const suspects = isMarked ? parts.filter(({ all, items }) => all !== items) : parts;
  const isAlone = suspects.length === 1 && suspects[0]?.all === suspects[0]?.items;
  if (suspects.length === 0 || isAlone) return sideBySide(parts, 0);
  const seen = new Set<string>();
  const twice = new Set<string>();
  const work = suspects.reduce((sum, { all }) => sum + all.length, 0);
  for (const { all } of suspects) {
    for (const { exposed } of all) {
      if (seen.has(exposed)) twice.add(exposed);
      seen.add(exposed);
    }
  }
  if (twice.size === 0) return sideBySide(parts, work);
  const servers = new Map<string, string[]>();
  for (const { all } of suspects) {
    for (const { exposed, serverId } of all) {
      if (!twice.has(exposed)) continue;
      const known = servers.get(exposed);
      if (known === undefined) servers.set(exposed, [serverId]);
      else known.push(serverId);
    }
  }
  return {
    parts: parts.map((part) => without(part, twice)),
    ambiguous: [...servers].map(([name, owners]) => ({ name, servers: owners })),
    rewrites: new Map(),
    work: work * 2,
    ownBytes: work * bytesOfOne,
  };
}

function without(part: Part, names: ReadonlySet<string>): Part {
  const { items, serverId } = part;
  const kept = items.filter(({ exposed }) => !names.has(exposed));
  return kept.length === items.length ? part : new Part(serverId, kept);
}
