export type Layout = {
  readonly columns: number;
  /** Of a small tile, in pixels. */
  readonly width: number;
  readonly height: number;
  /** How many cells a tile of a server in trouble takes, each way; in a list only across. */
  readonly troubleSpan: 1 | 2;
  /** Whether it scrolls, as on a phone, and trouble is as high as what it has to say. */
  readonly isList: boolean;
};

export const gap = 8;
const leastWidth = 112;
const leastHeight = 52;
/** A phone in somebody's hand is no wall: it is read, and scrolled. */
const phoneWidth = 480;
const phoneHeight = 72;
/** Names are wide and low, so are tiles. */
const bestRatio = 2.2;
/** When more are in trouble, they are the picture; bigger ones would only push others out. */
const mostBigShare = 1 / 3;

function rowsFor(columns: number, calm: number, trouble: number, span: 1 | 2): number {
  const perRow = Math.floor(columns / span);
  const troubleRows = trouble === 0 ? 0 : Math.ceil(trouble / perRow) * span;
  return Math.max(troubleRows, Math.ceil((trouble * span * span + calm) / columns), 1);
}

/**
 * The tiles as big as they may be so that all are seen without scrolling; when there are too many for
 * that, the smallest that can be read.
 */
export function layoutFor(
  place: { readonly width: number; readonly height: number },
  calm: number,
  trouble: number,
): Layout {
  if (place.width < phoneWidth && place.width >= 2 * leastWidth + gap && trouble > 0)
    return {
      columns: 2,
      width: (place.width - gap) / 2,
      height: phoneHeight,
      troubleSpan: 2,
      isList: true,
    };
  const isBig = trouble > 0 && calm > 0 && trouble / (trouble + calm) <= mostBigShare;
  const mostColumns = Math.max(1, Math.floor((place.width + gap) / (leastWidth + gap)));
  const troubleSpan = isBig && mostColumns >= 2 ? 2 : 1;
  const laidOut = Array.from({ length: mostColumns }, (_, index): Layout => {
    const columns = index + 1;
    const rows = rowsFor(columns, calm, trouble, columns >= troubleSpan ? troubleSpan : 1);
    return {
      columns,
      width: (place.width - (columns - 1) * gap) / columns,
      height: (place.height - (rows - 1) * gap) / rows,
      troubleSpan,
      isList: false,
    };
  }).filter(({ columns }) => columns >= troubleSpan);
  const size = ({ width, height }: Layout) => Math.min(width / bestRatio, height);
  const best = laidOut.reduce((a, b) => (size(b) > size(a) ? b : a));
  return best.height >= leastHeight
    ? best
    : {
        columns: mostColumns,
        width: (place.width - (mostColumns - 1) * gap) / mostColumns,
        height: leastHeight,
        troubleSpan,
        isList: false,
      };
}
