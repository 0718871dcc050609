/** Members whose texts are no secrets, and help to see where one is in a file. */
const openMembers = new Set(["type", "transport", "name", "id", "$schema", "schema", "version"]);
const masked = "***";

/** The mark of TOML with the beginning of a value: the marks at the end of Base64 have none behind them. */
const equals = String.raw`\s*=\s*(?=["'[{+\d-]|true|false)`;
/** What begins a member: its name as it is written, and the mark before its value. */
const memberStart = new RegExp(
  String.raw`^\s*(?:-\s+)?(?:"((?:[^"\\]|\\.)*)"\s*[:=]|'([^']*)'\s*[:=]|([\w.-]+)(?:\s*:(?=\s|$)|${equals}))\s*`,
);
const isNameBeforeEquals = new RegExp(`^${equals}`);
/** The head of a table in TOML. A list on a line of its own has quotes or stands further in. */
const table = /^\[\[?[A-Za-z_][\w\s."'-]*\]\]?\s*$/;
const quoted = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g;
/** A run of characters that are no punctuation of JSON, TOML or YAML, nor the marks of a comment. */
const word = /[^\s,:=[\]{}()"'#/*-][^\s,=[\]{}()"']*/g;
const plainValue = /^(?:true|false|null|-?\d{1,6}(?:\.\d{1,6})?)$/;

/**
 * One line of a file as it may be shown: names of members and punctuation, and no text that could be a
 * secret, in comments neither. `isOpen` says of a text that it is our own.
 */
export function maskLine(line: string, isOpen: (text: string) => boolean): string {
  if (table.test(line)) return line;
  const [start = "", ...names] = memberStart.exec(line) ?? [];
  const rest = line.slice(start.length);
  const name = names.find((one) => one !== undefined);
  if (name === undefined || !openMembers.has(name)) return start + maskTexts(rest, isOpen);
  const [value = ""] = /^(?:"(?:[^"\\]|\\.){0,100}"|[\w.-]{0,100})/.exec(rest) ?? [];
  return start + value + maskTexts(rest.slice(value.length), isOpen);
}

function maskTexts(text: string, isOpen: (text: string) => boolean): string {
  let result = "";
  let from = 0;
  for (const { 0: found, index } of text.matchAll(quoted)) {
    // With the quote that follows: a name is known by it.
    result += maskWords(text.slice(from, index + 1)).slice(0, -1);
    from = index + found.length;
    const inner = found.slice(1, -1);
    const isName = /^\s*[:=]/.test(text.slice(from));
    const isShown = isName || inner === "" || isOpen(inner);
    result += isShown ? found : `${found[0]}${masked}${found[0]}`;
  }
  return result + maskWords(text.slice(from));
}

/** Words without quotes around them: names of members and plain values stay. */
function maskWords(text: string): string {
  return text
    .replace(word, (found, at: number) => {
      if (plainValue.test(found)) return found;
      const isName = /^\w+:$/.test(found) || isNameBeforeEquals.test(text.slice(at + found.length));
      return isName && /^[\w:.-]+$/.test(found) ? found : masked;
    })
    .replace(/\*\*\*(?:[^\S\r\n]+\*\*\*)+/g, masked);
}
