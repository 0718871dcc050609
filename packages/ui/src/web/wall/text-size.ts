const largest = 160;
export const leastText = 11.5;
const measuredAt = 100;
/** The shape and its distance from the name, as parts of the size of the name. */
const shapeWidth = 1.35;
const padding = 18;
/** Lower tiles have the shape beside the status, so that the name has all of the width. */
const compactHeight = 76;

let pen: CanvasRenderingContext2D | null | undefined;
const widths = new Map<string, number>();

/** How wide a bold text is, as a part of its size. */
function widthOf(text: string): number {
  const known = widths.get(text);
  if (known !== undefined) return known;
  if (pen === undefined) {
    pen = document.createElement("canvas").getContext("2d");
    if (pen !== null)
      pen.font = `bold ${measuredAt}px ${getComputedStyle(document.body).fontFamily}`;
  }
  const width =
    pen === null ? text.length * 0.62 : (pen?.measureText(text).width ?? 0) / measuredAt;
  widths.set(text, width);
  return width;
}

/** For when the font that was measured is not the one that is shown. */
export function forgetWidths(): void {
  widths.clear();
}

/** The two lines that a name breaks into most evenly. */
function widerOfTwoLines(name: string): number {
  const words = name.split(/\s+/);
  if (words.length < 2) return Number.POSITIVE_INFINITY;
  const breaks = words
    .slice(1)
    .map((_, index) =>
      Math.max(
        widthOf(words.slice(0, index + 1).join(" ")),
        widthOf(words.slice(index + 1).join(" ")),
      ),
    );
  return Math.min(...breaks);
}

/** How big a name may be written in a tile, and the line `below` under it. */
export function textSizes(
  name: string,
  below: string,
  width: number,
  height: number,
): {
  readonly large: number;
  readonly small: number;
  readonly isInTwoLines: boolean;
  readonly isCompact: boolean;
} {
  const room = width - padding;
  const isCompact = height < compactHeight;
  const beside = isCompact ? 0 : shapeWidth;
  const one = Math.min(height * 0.36, room / (widthOf(name) + beside));
  const two = Math.min(height * 0.24, room / (widerOfTwoLines(name) + beside));
  const isInTwoLines = two > one;
  const large = Math.min(largest, Math.max(leastText, isInTwoLines ? two : one));
  const small = Math.min(
    72,
    large * 0.8,
    height * 0.2,
    room / (widthOf(below) + shapeWidth - beside),
  );
  return { large, small: Math.max(leastText, small), isInTwoLines, isCompact };
}
