/** Where in a file something stands: both count from 1. */
export type TextPosition = { readonly line: number; readonly column: number };

/**
 * A file that is left as it is, and why. `code` is for programs: `broken` is no valid text of its format,
 * `unclear` is valid and cannot be edited without a risk for the rest, `taken` has another entry of the name.
 */
export class EditRefused extends Error {
  constructor(
    readonly code: "broken" | "unclear" | "taken",
    message: string,
    readonly position?: TextPosition,
  ) {
    super(message);
    this.name = "EditRefused";
  }
}

/** A file that cannot be read or written, and why. */
export class FileRefused extends Error {}

/** The file was changed by somebody else since it was read. */
export class FileChanged extends Error {}

/** The line and column of a place in a text. */
export function positionAt(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset);
  const lines = before.split(/\r\n|\n|\r/);
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}

/** "line 3, column 5", or nothing where it is not known. */
export function positionText(position: TextPosition | undefined): string {
  return position === undefined ? "" : `line ${position.line}, column ${position.column}`;
}
