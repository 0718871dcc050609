import type { FoundTool, ServerSummary } from "@hub/api";
import { hasEvery, textOf, wordsOf } from "./search.js";

/**
 * The servers to show for one of their tools, by id, each with the name of that tool. `servers`: those that other
 * filters leave.
 *
 * The hub's search puts the nearest tools first and knows no end of nearness, while a list that is narrowed shows
 * what fits and nothing else: a tool counts if it and its server have every word. Where no server and no tool has
 * them, the nearest are better than nothing.
 */
export function foundByTool(
  servers: readonly ServerSummary[],
  asked: string,
  { tools, isOf }: { readonly tools: readonly FoundTool[]; readonly isOf: "these" | "other words" },
): ReadonlyMap<string, string> {
  const words = wordsOf(asked);
  if (words.length === 0) return new Map();
  const texts = new Map(servers.map((server) => [server.id, textOf(server)]));
  const near = tools.filter(({ serverId }) => texts.has(serverId));
  const fitting = near.filter(({ serverId, name, title, description }) =>
    hasEvery([texts.get(serverId), name, title, description].join(" ").toLowerCase(), words),
  );
  const isNone = fitting.length === 0 && ![...texts.values()].some((text) => hasEvery(text, words));
  // The first of a server is its best.
  const shown = isNone && isOf === "these" ? near : fitting;
  return new Map(shown.map(({ serverId, name }) => [serverId, name] as const).reverse());
}
