/** What stands between the values of a JSON text: white space, comments and commas. */

export type Trivia = {
  /** Where the comma is; undefined where there is none. */
  readonly comma: number | undefined;
  /** Whether a line ends in it, outside of block comments or inside. */
  readonly hasLineEnd: boolean;
};

/** Looks through the trivia from the end of a value up to `to`. */
export function triviaBetween(text: string, from: number, to: number): Trivia {
  let comma: number | undefined;
  let at = from;
  while (at < to) {
    const comment = commentEnd(text, at);
    if (comment !== undefined) {
      at = comment;
      continue;
    }
    if (text[at] === ",") comma ??= at;
    at += 1;
  }
  return { comma, hasLineEnd: /[\r\n]/.test(text.slice(from, to)) };
}

/** Where the comment that begins here ends; undefined when none begins. A line comment ends before its line end. */
function commentEnd(text: string, at: number): number | undefined {
  if (text[at] !== "/") return undefined;
  if (text[at + 1] === "/") {
    let end = at;
    while (end < text.length && text[end] !== "\n" && text[end] !== "\r") end += 1;
    return end;
  }
  if (text[at + 1] !== "*") return undefined;
  const end = text.indexOf("*/", at + 2);
  return end === -1 ? text.length : end + 2;
}

/** Behind the last comment that follows a place on its own line; the place itself when there is none. */
export function afterCommentsOfLine(text: string, from: number): number {
  let last = from;
  let at = from;
  for (;;) {
    while (text[at] === " " || text[at] === "\t") at += 1;
    const end = commentEnd(text, at);
    if (end === undefined || /[\r\n]/.test(text.slice(at, end))) return last;
    at = end;
    last = end;
  }
}

/** Whether nothing but white space and comments of this line follow until it ends. */
export function isRestOfLineTrivia(text: string, from: number): boolean {
  const at = afterCommentsOfLine(text, from);
  return /^[ \t]*(?:[\r\n]|$)/.test(text.slice(at, at + 1_000));
}

/** Where the line end before a place begins, when only spaces and tabs stand in between. */
export function lineEndBefore(text: string, offset: number): number | undefined {
  let at = offset;
  while (at > 0 && (text[at - 1] === " " || text[at - 1] === "\t")) at -= 1;
  if (text[at - 1] === "\n") return text[at - 2] === "\r" ? at - 2 : at - 1;
  return text[at - 1] === "\r" ? at - 1 : undefined;
}

/** Whether a line comment ends where trivia that begins at `from` is cut at `to`. */
export function endsInLineComment(text: string, from: number, to: number): boolean {
  let at = from;
  while (at < to) {
    const end = commentEnd(text, at);
    if (end !== undefined && end >= to && text[at + 1] === "/") return true;
    at = end ?? at + 1;
  }
  return false;
}
