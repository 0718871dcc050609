/** What programs write to colour, move the cursor or set a title: CSI, OSC and the short escapes. */
const escapes =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  /\u001B\[[0-?]*[ -/]*[@-~]|\u001B[\]PX^_][^\u0007\u001B]*(?:\u0007|\u001B\\)?|\u001B[ -/]*[0-~]|\u009B[0-?]*[ -/]*[@-~]/g;

/** What nobody sees, or what reorders what others see; a tab is neither. */
const harmful = /[^\P{C}\t]|[\p{Zl}\p{Zp}\u{115F}\u{1160}\u{3164}\u{FFA0}]/gu;

/** Characters of one line that are kept. */
const longestLine = 2_000;

/**
 * The lines of what a program printed, safe to show on a terminal and on a page: without escapes, with `�` for
 * every other character that nobody sees, and long lines cut. The empty lines at the end are left out.
 */
export function harmlessLines(text: string): string[] {
  const lines = text.split(/\r\n|[\n\r]/).map((line) => {
    const seen = line.replace(escapes, "").replace(harmful, "\uFFFD").trimEnd();
    return seen.length > longestLine ? `${seen.slice(0, longestLine).toWellFormed()} …` : seen;
  });
  while (lines.at(-1) === "") lines.pop();
  return lines;
}
