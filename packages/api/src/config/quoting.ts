/**
 * The same URL without the characters that shells, templates and clients give a meaning. Several clients
 * put environment variables in the place of `$NAME` or `${env:NAME}`, so an endpoint that a stranger
 * registered could otherwise ask for somebody's secrets.
 */
export function safeUrl(url: string): string {
  return new URL(url).href.replace(
    /[^A-Za-z0-9\-._~:/?[\]@&+,;=%]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

/**
 * One word of a command line. Double quotes, which all shells know, where nothing inside means anything
 * to any of them; else the quotes of POSIX, inside which nothing does there. No quotes hide `%NAME%` from
 * cmd.exe, so no word with a `%` may be shown as a command: see `isCommandSafe`.
 */
export function shellWord(word: string): string {
  if (/^[\w./:@=+-]+$/.test(word)) return word;
  if (/^[\w./:@=+\-?&,;~[\] ]*$/.test(word)) return `"${word}"`;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * Whether a safe URL may stand in a command. cmd.exe puts environment variables in the place of `%NAME%`
 * whatever the quotes, and no other spelling of a `%` means the same in a URL.
 */
export function isCommandSafe(url: string): boolean {
  return !url.includes("%");
}

/** A text in double quotes as TypeScript, Python and TOML all read it. */
export function literal(text: string): string {
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A JSON file. */
export function jsonFile(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
