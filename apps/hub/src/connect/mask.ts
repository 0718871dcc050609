/** Members whose texts are no secrets, and help to see where one is in a file. */
const openMembers = new Set(["type", "transport", "name", "id", "$schema", "schema", "version"]);
const masked = "***";

/** A member that begins on this line: its name, and where its value begins. */
const memberStart = /^(\s*(?:-\s+)?(?:"(?:[^"\\]|\\.)*"|'[^']*'|[\w.-]+)\s*[:=]\s*)/;
const quoted = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g;
const tokenLike = /[A-Za-z0-9_\-+/=.]{20,}/g;

/**
 * One line of a file as it may be shown: its structure, and no text that could be a secret. `isOpen` says
 * of a text that it is our own.
 */
export function maskLine(line: string, isOpen: (text: string) => boolean): string {
  const [, start = ""] = memberStart.exec(line) ?? [];
  const name = /([\w$.-]+)["']?\s*[:=]\s*$/.exec(start)?.[1];
  const rest = line.slice(start.length);
  if (start !== "" && name !== undefined && openMembers.has(name))
    return line.replace(tokenLike, masked);
  if (/^["']/.test(rest.trim()) || /["']/.test(rest)) return start + maskQuoted(rest, isOpen);
  return start === "" ? maskPlain(rest) : start + maskBare(rest);
}

/** Texts in quotes, but for names of members that are written on the same line. */
function maskQuoted(text: string, isOpen: (text: string) => boolean): string {
  return text
    .replace(quoted, (found, at: number) => {
      if (/^\s*[:=]/.test(text.slice(at + found.length))) return found;
      const inner = found.slice(1, -1);
      return inner === "" || isOpen(inner) ? found : `${found[0]}${masked}${found[0]}`;
    })
    .replace(tokenLike, (found) => (isOpen(found) ? found : masked));
}

/** A value without quotes: numbers, truths and brackets say nothing, all else may. */
function maskBare(text: string): string {
  return /^[[\]{}(),\s]*$|^(?:true|false|null|[\d.]{1,6})\s*,?\s*$/.test(text) ? text : masked;
}

/** A line that begins no member: brackets, a table, a comment, an item, or more of a long text. */
function maskPlain(text: string): string {
  if (/^[[\]{}(),\s]*$/.test(text) || /^\s*\[\[?[\w\s."-]+\]\]?\s*$/.test(text)) return text;
  const comment = /^(\s*(?:\/\/|#|\/\*|\*))(.*)$/s.exec(text);
  if (comment !== null) return `${comment[1]}${(comment[2] ?? "").replace(/\S{12,}/g, masked)}`;
  return text.trim() === "" ? text : text.replace(/\S.*$/s, masked);
}
