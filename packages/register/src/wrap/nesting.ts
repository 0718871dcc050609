import { scanJson } from "@hub/mcp";

/** How deep a message may be nested, in levels; what reads and writes it goes one call deeper with each. */
const mostLevels = 1_000;

/** What is wrong with a message that is nested deeper, as the end of a sentence about it. */
export const tooDeepText = `nested more than ${mostLevels} deep`;

export function isTooDeep(json: string): boolean {
  // Each level has two brackets.
  if (json.length <= 2 * mostLevels) return false;
  return (
    scanJson(json, { depth: mostLevels, values: Number.POSITIVE_INFINITY }).excess !== undefined
  );
}
