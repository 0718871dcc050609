import type { Traits } from "./traits.js";

/**
 * A longer list goes to models as the hub's three search tools instead. Models choose worse from long lists
 * (tests by others put the bend at 30 to 50 tools), each tool costs them some hundred tokens, and the APIs
 * of several makers take no more than 128.
 */
export const longestListForModels = 40;

/** How the hub should show its tools to a client, when nobody says. */
export function modeFor({ list = "read" }: Traits, toolCount: number): "all" | "search" {
  return list === "read" && toolCount > longestListForModels ? "search" : "all";
}
