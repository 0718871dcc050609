import type { JsonValue } from "@hub/core";

const mostDepth = 64;
/** Objects, lists and members of one answer: 1,000 richly described tools have a tenth of this. */
const mostValues = 500_000;

export type JsonRefusal = "not JSON" | "too deep" | "too many values";

/** JSON that the hub will not hold, or no JSON at all. */
export class JsonRefused extends Error {
  constructor(readonly refusal: JsonRefusal) {
    super(refusal);
    this.name = "JsonRefused";
  }
}

/**
 * Parses JSON of a stranger. What is nested deeper than 64 levels or would unfold to far more memory
 * than its text is refused before it is built: later steps walk it recursively. Throws JsonRefused.
 */
export function parseGuarded(text: string): JsonValue {
  measure(text);
  try {
    return JSON.parse(text);
  } catch {
    throw new JsonRefused("not JSON");
  }
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;

function measure(text: string): void {
  let depth = 0;
  let values = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === quote) {
      index = endOfString(text, index + 1);
    } else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      values += 1;
      if (depth > mostDepth) throw new JsonRefused("too deep");
    } else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
    } else if (code === comma) {
      values += 1;
    }
    if (values > mostValues) throw new JsonRefused("too many values");
  }
}

function endOfString(text: string, from: number): number {
  for (let index = from; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === quote) return index;
    if (code === backslash) index += 1;
  }
  return text.length;
}

/** Text of a stranger for people to see: one line, nothing invisible, at most `longest` characters. */
export function printable(text: string, longest: number): string {
  const visible = text
    .slice(0, longest * 4)
    .replace(/[\p{C}\p{Zl}\p{Zp}\u{115F}\u{1160}\u{3164}\u{FFA0}]/gu, "")
    .trim();
  return [...visible].slice(0, longest).join("");
}
