const lineFeed = 10;
const carriageReturn = 13;

/** Cuts a stream of bytes into lines that end in CR, LF or both, wherever its chunks are cut. Looks at every byte once. */
export class LineCutter {
  #endedInReturn = false;

  /** Calls `onPiece` with each part of a line, from `from` up to `to`; `isEnd` when the line ends there. */
  cut(chunk: Buffer, onPiece: (from: number, to: number, isEnd: boolean) => void): void {
    if (chunk.length === 0) return;
    // The second half of an ending.
    let at = this.#endedInReturn && chunk[0] === lineFeed ? 1 : 0;
    this.#endedInReturn = false;
    let feed = chunk.indexOf(lineFeed, at);
    let back = chunk.indexOf(carriageReturn, at);
    while (at < chunk.length) {
      // Each is looked for again only when it was passed.
      if (feed !== -1 && feed < at) feed = chunk.indexOf(lineFeed, at);
      if (back !== -1 && back < at) back = chunk.indexOf(carriageReturn, at);
      const isReturn = back !== -1 && (feed === -1 || back < feed);
      const end = isReturn ? back : feed;
      if (end === -1) {
        onPiece(at, chunk.length, false);
        return;
      }
      onPiece(at, end, true);
      at = end + 1;
      if (!isReturn) continue;
      if (at === chunk.length) this.#endedInReturn = true;
      else if (chunk[at] === lineFeed) at += 1;
    }
  }
}
