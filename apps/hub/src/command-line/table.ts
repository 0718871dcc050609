import { safeLine } from "./safe-text.js";
import { type Line, type Piece, textOf, toned } from "./styled.js";
import { cutToWidth, textWidth } from "./text-width.js";

export interface Column {
  readonly title: string;
  readonly align?: "right";
  /** Columns of the terminal that it keeps when the table is fitted. Default: 8. It is never cut where this is `all`. */
  readonly keeps?: number | "all";
  /** It is left out where the table does not fit otherwise; the last such column goes first. */
  readonly mayGo?: true;
}

const gap = 2;

const sumOf = (widths: readonly number[]) =>
  widths.reduce((sum, one) => sum + one, 0) + gap * Math.max(0, widths.length - 1);

/** Which columns stay, when those that may go have made room. */
function staying(
  natural: readonly number[],
  columns: readonly Column[],
  width: number,
): readonly number[] {
  let kept = columns.map((_, at) => at);
  for (let at = columns.length - 1; at >= 0; at -= 1) {
    if (sumOf(kept.map((one) => natural[one] ?? 0)) <= width) break;
    if (columns[at]?.mayGo) kept = kept.filter((one) => one !== at);
  }
  return kept;
}

/** Takes from the widest column that can give, one by one, until the table fits or none can. */
function fit(natural: readonly number[], columns: readonly Column[], width: number): number[] {
  const widths = [...natural];
  while (sumOf(widths) > width) {
    let widest = -1;
    for (const [at, size] of widths.entries()) {
      const keeps = columns[at]?.keeps ?? 8;
      if (keeps !== "all" && size > keeps && (widest < 0 || size > (widths[widest] ?? 0)))
        widest = at;
    }
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function withText(piece: Piece, text: string): Piece {
  return typeof piece === "string" ? text : { text, tone: piece.tone };
}

const cellText = (text: string) => safeLine(text).replace(/ +/g, " ").trim();

/**
 * Rows under titles, in columns. `width` is that of the terminal, to which long cells are cut; undefined cuts
 * nothing. A column that is empty in every row is left out.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Piece[])[],
  width: number | undefined,
): readonly Line[] {
  const filled = columns.flatMap((_, at) =>
    rows.some((row) => textOf(row[at] ?? "") !== "") ? [at] : [],
  );
  const contents = rows.map((row) => row.map((piece) => withText(piece, cellText(textOf(piece)))));
  const naturalOf = (at: number) =>
    contents.reduce(
      (widest, row) => Math.max(widest, textWidth(textOf(row[at] ?? ""))),
      textWidth(columns[at]?.title ?? ""),
    );
  const declared = filled.map((at) => columns[at] ?? { title: "" });
  const all = filled.map(naturalOf);
  const kept = width === undefined ? all.map((_, at) => at) : staying(all, declared, width);
  const shown = kept.map((at) => declared[at] ?? { title: "" });
  const natural = kept.map((at) => all[at] ?? 0);
  const widths = width === undefined ? natural : fit(natural, shown, width);
  const cells: readonly (readonly Piece[])[] = [
    shown.map(({ title }) => toned(title, "dim")),
    ...contents.map((row) => kept.map((at) => row[filled[at] ?? -1] ?? "")),
  ];
  return cells.map((row) =>
    row.flatMap((piece, at) => {
      const size = widths[at] ?? 0;
      const text = cutToWidth(textOf(piece), size);
      const space = " ".repeat(Math.max(0, size - textWidth(text)));
      const isLast = at === row.length - 1;
      const between = isLast ? "" : " ".repeat(gap);
      return shown[at]?.align === "right"
        ? [space, withText(piece, text), between]
        : [withText(piece, text), isLast ? "" : space, between];
    }),
  );
}
