const firstBytes = 1_024;
/** What is kept for the next use; a larger one was an exception. */
const mostKeptBytes = 65_536;

/** Bytes that come in pieces, copied together so that each is moved a bounded number of times, however small the pieces are. */
export class GrowingBytes {
  #bytes: Buffer | undefined;
  #length = 0;
  /** How many there will be, as was said before they came. */
  #expected = 0;

  get length(): number {
    return this.#length;
  }

  /** What was added since the last `clear`; good until the next call. */
  get bytes(): Buffer {
    return this.#bytes?.subarray(0, this.#length) ?? Buffer.alloc(0);
  }

  add(chunk: Buffer, from = 0, to = chunk.length): void {
    const bytes = this.#room(to - from);
    chunk.copy(bytes, this.#length, from, to);
    this.#length += to - from;
  }

  /** So many are to come in all: many of them get their room at once, instead of moving as they grow. */
  expect(length: number): void {
    this.#expected = length;
  }

  addByte(byte: number): void {
    this.#room(1)[this.#length] = byte;
    this.#length += 1;
  }

  clear(): void {
    this.#length = 0;
    if (this.#bytes !== undefined && this.#bytes.length > mostKeptBytes) this.#bytes = undefined;
  }

  /** What was added since the last `clear`, which is the caller's from now on. */
  take(): Buffer {
    const { bytes } = this;
    this.#bytes = undefined;
    this.#length = 0;
    return bytes;
  }

  #room(more: number): Buffer {
    const known = this.#bytes;
    const needed = this.#length + more;
    if (known !== undefined && known.length >= needed) return known;
    // Whoever announces much must have sent some of it.
    const isAnnounced = needed > mostKeptBytes && needed <= this.#expected;
    const wanted = isAnnounced ? this.#expected : 2 * (known?.length ?? 0);
    const grown = Buffer.allocUnsafe(Math.max(firstBytes, needed, wanted));
    known?.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
    return grown;
  }
}
