import { CommandError } from "../command-line/command-error.js";
import { nearestAdvice } from "../command-line/nearest.js";
import type { Candidate } from "./find-servers.js";

/**
 * The servers that words name: by name, by their number in the table from 1 on, or `all`.
 * @throws CommandError for a word that names none.
 */
export function chosen(
  words: readonly string[],
  candidates: readonly Candidate[],
): readonly Candidate[] {
  if (words.includes("all")) return candidates;
  const picked = words.map((word) => {
    const found =
      candidates.find(({ as }) => as === word) ??
      (/^\d+$/.test(word) ? candidates[Number(word) - 1] : undefined);
    if (found !== undefined) return found;
    const names = candidates.map(({ as }) => as);
    const advice = nearestAdvice(word, names, "mcp-hub import clients lists them");
    throw new CommandError("notFound", `No server that was found is called "${word}". ${advice}`);
  });
  return [...new Set(picked)];
}
