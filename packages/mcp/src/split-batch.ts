const openers = "[{";
const closers = "]}";

/** Whether a text is a batch: a JSON array of messages, which only 2025-03-26 knows. */
export function isBatch(text: string): boolean {
  return /^[ \t\r\n]*\[/.test(text);
}

/**
 * The members of a JSON array, each as it was written; undefined for what is no array. Whether each is JSON
 * is for its reader to say. The work grows with the text. Of more than `most`, one more is returned, and the
 * rest is not looked at. Default: all.
 */
export function membersOf(text: string, most = Number.POSITIVE_INFINITY): string[] | undefined {
  if (!isBatch(text)) return undefined;
  const members: string[] = [];
  let depth = 0;
  let from = 0;
  const take = (to: number) => {
    members.push(text.slice(from, to).trim());
    from = to + 1;
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') at = endOfString(text, at);
    else if (openers.includes(character)) {
      depth += 1;
      if (depth === 1) from = at + 1;
    } else if (closers.includes(character)) {
      depth -= 1;
      if (depth > 0) continue;
      if (members.length > 0 || text.slice(from, at).trim() !== "") take(at);
      return text.slice(at + 1).trim() === "" ? members : undefined;
    } else if (character === "," && depth === 1) {
      take(at);
      if (members.length > most) return members;
    }
  }
  return undefined;
}

/** Where a string ends that begins here: its closing quote, or the end of the text. */
function endOfString(text: string, begin: number): number {
  for (let at = begin + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "\\") at += 1;
    else if (character === '"') return at;
  }
  return text.length;
}
