import type { ToolMatch } from "./tool-match.js";

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const bestFirst = (a: ToolMatch, b: ToolMatch): number =>
  b.score - a.score || compare(a.serverId, b.serverId) || compare(a.tool.key, b.tool.key);

/** The best first; equals in the order of server and name. What cannot be among them is not sorted. */
export function bestOf(found: readonly ToolMatch[], limit: number): ToolMatch[] {
  const scores = Float64Array.from(found, ({ score }) => -score).sort();
  const least = -(scores[Math.min(limit, scores.length) - 1] ?? 0);
  return found
    .filter(({ score }) => score >= least)
    .sort(bestFirst)
    .slice(0, limit);
}
