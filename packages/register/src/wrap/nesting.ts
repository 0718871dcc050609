import { mostMessageDepth, scanJson } from "@hub/mcp";

/** What is wrong with a message that is nested deeper, as the end of a sentence about it. */
export const tooDeepText = `nested more than ${mostMessageDepth} deep`;

export function isTooDeep(json: string): boolean {
  // Each level has two brackets.
  if (json.length <= 2 * mostMessageDepth) return false;
  return (
    scanJson(json, { depth: mostMessageDepth, values: Number.POSITIVE_INFINITY }).excess !==
    undefined
  );
}
