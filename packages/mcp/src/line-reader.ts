const lineFeed = 0x0a;
const carriageReturn = 0x0d;
/** Memory kept between lines, in bytes; what a longer line took is given back. */
const keptBytes = 64 * 1024;

export interface LineReaderOptions {
  /** The longest line, in bytes, without its end. */
  readonly mostBytes: number;
  onLine(line: string): void;
  /** Called once for each line that is longer, with its beginning; the rest of it is skipped. */
  onTooLong(beginning: string): void;
}

/**
 * Cuts bytes into lines, each decoded as UTF-8 as a whole. Looks at each byte once and copies it a
 * bounded number of times, however small the chunks are, and holds at most twice the longest line.
 */
export class LineReader {
  /** How many bytes were copied so far. */
  copiedBytes = 0;
  readonly #options: LineReaderOptions;
  /** The line so far is the first `#length` bytes of this. */
  #buffer = Buffer.alloc(0);
  #length = 0;
  #isSkipping = false;

  constructor(options: LineReaderOptions) {
    this.#options = options;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(lineFeed, start);
      if (end === -1) break;
      this.#finish(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  /** No more bytes come: what is left is the last line. */
  end(): void {
    if (this.#length > 0) this.#finish(Buffer.alloc(0));
  }

  #finish(part: Buffer): void {
    if (this.#length === 0 && part.length <= this.#options.mostBytes) {
      if (!this.#isSkipping) this.#options.onLine(textOf(part));
    } else {
      this.#keep(part);
      if (!this.#isSkipping) this.#options.onLine(textOf(this.#buffer.subarray(0, this.#length)));
    }
    this.#forget();
    this.#isSkipping = false;
  }

  #keep(part: Buffer): void {
    if (this.#isSkipping) return;
    const length = this.#length + part.length;
    if (length > this.#options.mostBytes) {
      const beginning = Buffer.concat([
        this.#buffer.subarray(0, this.#length),
        part.subarray(0, 200),
      ]);
      this.#isSkipping = true;
      this.#forget();
      this.#options.onTooLong(textOf(beginning.subarray(0, 200)));
      return;
    }
    if (length > this.#buffer.length) this.#grow(length);
    part.copy(this.#buffer, this.#length);
    this.copiedBytes += part.length;
    this.#length = length;
  }

  /** Twice as large each time, so that all copying together stays within twice the line. */
  #grow(length: number): void {
    const larger = Buffer.allocUnsafe(Math.max(length, 2 * this.#buffer.length, 1024));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.copiedBytes += this.#length;
    this.#buffer = larger;
  }

  #forget(): void {
    this.#length = 0;
    if (this.#buffer.length > keptBytes) this.#buffer = Buffer.alloc(0);
  }
}

function textOf(line: Buffer): string {
  const end = line.at(-1) === carriageReturn ? line.length - 1 : line.length;
  return line.toString("utf8", 0, end);
}
