/** How deep messages may be nested; what reads and writes them goes one call deeper with each level. */
export const mostDepth = 1_000;

const quote = 34;
const backslash = 92;
const openers = new Set([91, 123]);
const closers = new Set([93, 125]);

/** Whether a JSON text is nested deeper than messages may be. Texts are skipped, not read. */
export function isTooDeep(text: string): boolean {
  // Each level takes two characters.
  if (text.length <= 2 * mostDepth) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfText(text, at);
      if (at === -1) return false;
    } else if (openers.has(code)) {
      depth += 1;
      if (depth > mostDepth) return true;
    } else if (closers.has(code)) depth -= 1;
  }
  return false;
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
