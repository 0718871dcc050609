/** Joins letters and emoji that belong together; no terminal obeys them. */
const joiners = "\u200c\u200d";

/** What a terminal may obey, or what reorders or hides other characters: control, format and separators of lines. */
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

function visible(character: string): string {
  if (joiners.includes(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  // Unicode has a picture of each control character of ASCII.
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return code === 0x7f ? "\u2421" : "\ufffd";
}

/** A text in one line that no terminal obeys. Line breaks and tabs become a space. */
export function safeLine(text: string): string {
  return text.replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, " ").replace(unsafe, visible);
}

/** A text of several lines that no terminal obeys. It keeps line breaks and tabs. */
export function safeText(text: string): string {
  return text
    .replace(/\r\n|\u2028|\u2029/g, "\n")
    .replace(unsafe, (character) =>
      character === "\n" || character === "\t" ? character : visible(character),
    );
}

/**
 * JSON that no terminal obeys. What `JSON.stringify` leaves as it is, is escaped, so it means the same.
 */
export function safeJson(value: unknown, indent?: number): string {
  return (JSON.stringify(value, null, indent) ?? "null").replace(
    // The line breaks are those of the indent: within texts they are escaped already.
    unsafe,
    (character) =>
      character === "\n" || joiners.includes(character) ? character : escaped(character),
  );
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
