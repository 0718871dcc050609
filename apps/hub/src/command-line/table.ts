import { safeLine } from "./safe-text.js";
import { type Line, type Piece, textOf, toned } from "./styled.js";
import { cutToWidth, textWidth } from "./text-width.js";

export interface Column {
  readonly title: string;
  readonly align?: "right";
  /** Columns of the terminal that it keeps when the table is fitted. Default: 8. It is never cut where this is `all`. */
  readonly keeps?: number | "all";
}

const gap = 2;

/** Takes from the widest column that can give, one by one, until the table fits or none can. */
function fit(natural: readonly number[], columns: readonly Column[], width: number): number[] {
  const widths = [...natural];
  const total = () => widths.reduce((sum, one) => sum + one, 0) + gap * (widths.length - 1);
  while (total() > width) {
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

/**
 * Rows under titles, in columns. `width` is that of the terminal, to which long cells are cut; undefined cuts
 * nothing. A column that is empty in every row is left out.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Piece[])[],
  width: number | undefined,
): readonly Line[] {
  const used = columns.flatMap((_, at) =>
    rows.some((row) => textOf(row[at] ?? "") !== "") ? [at] : [],
  );
  const shown = used.map((at) => columns[at] ?? { title: "" });
  const cells: readonly (readonly Piece[])[] = [
    shown.map(({ title }) => toned(title, "dim")),
    ...rows.map((row) =>
      used.map((at) => withText(row[at] ?? "", safeLine(textOf(row[at] ?? "")))),
    ),
  ];
  const natural = shown.map((_, at) =>
    Math.max(...cells.map((row) => textWidth(textOf(row[at] ?? "")))),
  );
  const widths = width === undefined ? natural : fit(natural, shown, width);
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
