import type { ServerSummary } from "@hub/api";
import type { Grouping } from "./search.js";

export type Group = {
  readonly key: string;
  /** Undefined: of servers that are in no other group. */
  readonly name: string | undefined;
  readonly servers: readonly ServerSummary[];
};

/**
 * Servers by what they have in common, each group in the order that they came in, by name, and at last those with
 * nothing of the kind. A server with several tags is in the group of each.
 */
export function groupsOf(
  servers: readonly ServerSummary[],
  grouping: Grouping | undefined,
): readonly Group[] {
  if (grouping === undefined) return [{ key: "all", name: undefined, servers }];
  const groups = new Map<string, ServerSummary[]>();
  const others: ServerSummary[] = [];
  for (const server of servers) {
    const values =
      grouping === "tag" ? server.tags : [server.owner].filter((one) => one !== undefined);
    if (values.length === 0) others.push(server);
    for (const value of values) {
      const known = groups.get(value);
      if (known === undefined) groups.set(value, [server]);
      else known.push(server);
    }
  }
  const named = [...groups]
    .sort(([a], [b]) => a.localeCompare(b, undefined, { numeric: true }))
    .map(([name, own]) => ({ key: `of ${name}`, name, servers: own }));
  return others.length === 0
    ? named
    : [...named, { key: "others", name: undefined, servers: others }];
}
