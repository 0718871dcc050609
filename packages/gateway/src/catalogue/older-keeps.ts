import type { Entry } from "@hub/core";
import { type Ambiguous, bytesOfOne, type Combined } from "./combined.js";
import { Part } from "./part.js";

/**
 * Names that were cut are told apart by a short hash, and somebody can look for two that are the same: the
 * older server keeps such a name, and the other's tool is left out and named.
 */
export function olderKeepsName(servers: readonly Entry[], combined: Combined): Combined {
  const cut = combined.parts.filter((part) => part.cut.length > 0);
  if (cut.length < 2) return combined;
  const age = new Map(servers.map(({ record }) => [record.id, record.createdAt]));
  const byAge = cut.toSorted((a, b) => (age.get(a.serverId) ?? 0) - (age.get(b.serverId) ?? 0));
  const owners = new Map<string, string>();
  const taken: Ambiguous[] = [];
  for (const { serverId, cut: own } of byAge) {
    for (const { exposed } of own) {
      const owner = owners.get(exposed);
      if (owner === undefined) owners.set(exposed, serverId);
      else taken.push({ name: exposed, servers: [owner, serverId] });
    }
  }
  if (taken.length === 0) return combined;
  const isOthers = (serverId: string, name: string) => (owners.get(name) ?? serverId) !== serverId;
  return {
    ...combined,
    parts: combined.parts.map((part) => {
      const kept = part.items.filter(({ exposed }) => !isOthers(part.serverId, exposed));
      return kept.length === part.items.length ? part : new Part(part.serverId, kept);
    }),
    ambiguous: [...combined.ambiguous, ...taken],
    ownBytes: combined.ownBytes + owners.size * bytesOfOne,
  };
}
