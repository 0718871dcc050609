import { endOfText } from "./depth.js";

const quote = 34;
const colon = 58;
const braceOpen = 123;
const braceClose = 125;
const bracketOpen = 91;
const bracketClose = 93;

/** The place of the next character that is no white space. */
function nextOf(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= 32) at += 1;
  return at;
}

/**
 * A JSON-RPC text with another `params.name`, everything else as it was written: numbers keep all their
 * digits. `text` must be valid JSON. Undefined when `from` does not stand there letter by letter, as
 * where it is written with escapes.
 */
export function withNameInText(text: string, from: string, to: string): string | undefined {
  let depth = 0;
  let isInParams = false;
  let start = -1;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === braceOpen || code === bracketOpen) depth += 1;
    else if (code === braceClose || code === bracketClose) {
      depth -= 1;
      if (depth === 1) isInParams = false;
    } else if (code === quote) {
      const end = endOfText(text, at);
      if (end === -1) return undefined;
      const isHere = depth === 1 || (depth === 2 && isInParams);
      const after = isHere ? nextOf(text, end + 1) : -1;
      if (isHere && text.charCodeAt(after) === colon) {
        const key = text.slice(at + 1, end);
        // Written with escapes it may be one of those looked for.
        if (key.includes("\\")) return undefined;
        const value = nextOf(text, after + 1);
        // Of two keys alike the last one counts, as for JSON.parse.
        if (depth === 1) {
          if (key === "params") {
            isInParams = text.charCodeAt(value) === braceOpen;
            start = -1;
          }
        } else if (key === "name") start = value;
        at = value - 1;
      } else at = end;
    }
  }
  if (start === -1 || !text.startsWith(`"${from}"`, start)) return undefined;
  const rest = start + from.length + 2;
  return text.slice(0, start) + JSON.stringify(to) + text.slice(rest);
}
