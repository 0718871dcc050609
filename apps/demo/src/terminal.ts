/** Codes for a terminal that shows colours; nothing everywhere else. */
const hasColours = process.stdout.isTTY === true && !process.env.NO_COLOR;
const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

function paint(style: keyof typeof codes, text: string): string {
  return hasColours ? `\u001b[${codes[style]}m${text}\u001b[0m` : text;
}

/** What the storyteller says. */
export function tell(text: string): void {
  console.log(`\n${paint("bold", paint("cyan", text))}`);
}

/** Something the storyteller has made sure of. */
export function confirm(text: string): void {
  console.log(paint("green", `  = ${text}`));
}

/** What went wrong. */
export function complain(text: string): void {
  console.error(`\n${paint("red", text)}`);
}

export function say(text: string): void {
  console.log(text);
}

/** A line of another program. */
export function quote(who: string, line: string): void {
  if (line.trim() !== "") console.log(`  ${paint("dim", `${who} |`)} ${line.trimEnd()}`);
}

const eventLine = /^ {2}\d\d:\d\d:\d\d {2}(.)/;

/** A line of the hub, if it tells of an event; the banner is for those who start a hub themselves. */
export function quoteHub(line: string): void {
  const mark = eventLine.exec(line)?.[1];
  if (mark === undefined) return;
  const style = mark === "✗" || mark === "!" ? "yellow" : mark === "✓" ? "green" : "dim";
  console.log(paint(style, line));
}
