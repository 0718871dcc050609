import {
  backslash,
  braceClose,
  braceOpen,
  bracketClose,
  bracketOpen,
  colon,
  comma,
  quote,
} from "./json-characters.js";

/** How deep a message may be nested, in levels; what reads and writes it goes one call deeper with each. */
export const mostMessageDepth = 1_000;

/** How much JSON may unfold to. */
export type JsonLimits = {
  /** Levels of nesting. */
  readonly depth: number;
  /** Objects, lists and what is in them: what a text costs to parse and to hold, however short it is. */
  readonly values: number;
};

/** Hears of the members of the outermost objects of a JSON text, in their order. */
export interface JsonVisitor {
  /** How deep it wants to hear: 1 is members of the outermost object. */
  readonly depth: number;
  /**
   * One member of an object at `depth`: its key as it is written stands between `start` and `end`, its
   * value begins at `valueAt`.
   */
  key(depth: number, start: number, end: number, valueAt: number): void;
}

/** What a look through a text found: which limit it exceeds, if any, and how many values it has up to there. */
export type JsonScan = {
  readonly excess: "too deep" | "too many values" | undefined;
  readonly values: number;
};

/**
 * Looks through a JSON text once, without building anything: whether it exceeds the limits, and which
 * members its outermost objects have. A text that is no JSON is looked through as well; whoever parses it
 * finds out.
 */
export function scanJson(text: string, limits: JsonLimits, visitor?: JsonVisitor): JsonScan {
  const heard = visitor?.depth ?? 0;
  let depth = 0;
  let values = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      const start = at + 1;
      at = endOfText(text, at);
      if (at === -1) break;
      if (visitor === undefined || depth > heard || depth === 0) continue;
      const after = nextOf(text, at + 1);
      if (text.charCodeAt(after) !== colon) continue;
      visitor.key(depth, start, at, nextOf(text, after + 1));
    } else if (code === braceOpen || code === bracketOpen) {
      depth += 1;
      values += 1;
      if (depth > limits.depth) return { excess: "too deep", values };
      if (values > limits.values) return { excess: "too many values", values };
    } else if (code === comma) {
      values += 1;
      if (values > limits.values) return { excess: "too many values", values };
    } else if (code === braceClose || code === bracketClose) depth -= 1;
  }
  return { excess: undefined, values };
}

/** The closing quote of the text that opens at `start`; -1 when there is none. */
export function endOfText(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes += 1;
    if (slashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return -1;
}

/** The place of the next character that is no white space. */
function nextOf(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= 32) at += 1;
  return at;
}
