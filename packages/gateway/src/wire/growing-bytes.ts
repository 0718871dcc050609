const firstBytes = 1_024;
/** What is kept for the next use; a larger one was an exception. */
const mostKeptBytes = 65_536;

/** Bytes that come in pieces, copied together so that each is moved a bounded number of times, however small the pieces are. */
export class GrowingBytes {
  #bytes: Buffer | undefined;
  #length = 0;

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

  addByte(byte: number): void {
    this.#room(1)[this.#length] = byte;
    this.#length += 1;
  }

  clear(): void {
    this.#length = 0;
    if (this.#bytes !== undefined && this.#bytes.length > mostKeptBytes) this.#bytes = undefined;
  }

  #room(more: number): Buffer {
    const known = this.#bytes;
    const needed = this.#length + more;
    if (known !== undefined && known.length >= needed) return known;
    const grown = Buffer.allocUnsafe(Math.max(firstBytes, needed, 2 * (known?.length ?? 0)));
    known?.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
    return grown;
  }
}
