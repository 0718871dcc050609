import { structuredPatch } from "diff";
import { maskLine } from "./mask.js";

export type Difference = {
  /** How the file is called in the head of the difference. */
  readonly name: string;
  /** Undefined for a file that is not there. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** Whether a text is ours, so that it may be shown. */
  readonly isOurs: (text: string) => boolean;
};

/**
 * What changes in a file, as a unified difference with three lines around each change. Texts that are not
 * ours are masked: the file of a client holds the secrets of other servers.
 */
export function unifiedDifference({ name, before, after, isOurs }: Difference): string {
  const patch = structuredPatch(name, name, before ?? "", after ?? "", "", "", { context: 3 });
  const lines = [
    `--- ${before === undefined ? "/dev/null" : name}`,
    `+++ ${after === undefined ? "/dev/null" : name}`,
  ];
  for (const hunk of patch.hunks) {
    lines.push(
      `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`,
      ...hunk.lines.map((line) => shown(line, isOurs)),
    );
  }
  return `${lines.join("\n")}\n`;
}

/** Lines of a file; of none the line before them is named. */
function range(start: number, lines: number): string {
  if (lines === 0) return `${start - 1},0`;
  return lines === 1 ? `${start}` : `${start},${lines}`;
}

/** A line of a hunk. What is added is ours, but where a line was there before and got a comma. */
function shown(line: string, isOurs: (text: string) => boolean): string {
  const mark = line.slice(0, 1);
  if (mark === "\\") return line;
  // A carriage return would move what follows to the start of the terminal's line.
  return mark + printable(maskLine(line.slice(1).replace(/\r$/, ""), isOurs));
}

/** Without characters that a terminal obeys. */
function printable(text: string): string {
  return [...text]
    .map((character) => {
      const code = character.codePointAt(0) ?? 0;
      const isControl = (code < 32 && code !== 9) || (code >= 127 && code < 160);
      return isControl ? `\\x${code.toString(16).padStart(2, "0")}` : character;
    })
    .join("");
}
