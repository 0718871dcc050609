import type { JsonValue } from "@hub/core/json";
import { defaultBudgets } from "@hub/core/limits";
import { scanJson } from "@hub/mcp";

const mostDepth = 64;

export type JsonRefusal = "not JSON" | "too deep" | "too many values";

/** JSON that the hub will not hold, or no JSON at all. */
export class JsonRefused extends Error {
  constructor(readonly refusal: JsonRefusal) {
    super(refusal);
    this.name = "JsonRefused";
  }
}

/**
 * Parses JSON of a stranger. What is nested deeper than 64 levels or has more than `mostValues` values, and
 * so would unfold to far more memory than its text, is refused before it is built: later steps walk it
 * recursively. Throws JsonRefused.
 */
export function parseGuarded(text: string, mostValues = defaultBudgets.messageValues): JsonValue {
  const { excess } = scanJson(text, { depth: mostDepth, values: mostValues });
  if (excess !== undefined) throw new JsonRefused(excess);
  try {
    return JSON.parse(text);
  } catch {
    throw new JsonRefused("not JSON");
  }
}

/** Text of a stranger for people to see: one line, nothing invisible, at most `longest` characters. */
export function printable(text: string, longest: number): string {
  const visible = text
    .slice(0, longest * 4)
    .replace(/[\p{C}\p{Zl}\p{Zp}\u{115F}\u{1160}\u{3164}\u{FFA0}]/gu, "")
    .trim();
  return [...visible].slice(0, longest).join("");
}
