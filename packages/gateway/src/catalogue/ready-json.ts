/**
 * The definitions of one list of one server as JSON, one behind the other in one buffer, each with a comma
 * before it. Made when it is first asked for, once, whoever shows it: lists are cut out of it.
 */
export class ReadyJson {
  readonly #texts: () => Iterable<string>;
  #ready: { readonly bytes: Buffer; readonly starts: readonly number[] } | undefined;

  constructor(texts: () => Iterable<string>) {
    this.#texts = texts;
  }

  /** Those from one place to before another. */
  slice(from: number, to: number): Buffer {
    const { bytes, starts } = this.#make();
    return bytes.subarray(starts[from], starts[to]);
  }

  /** One of them, without the comma. */
  text(index: number): string {
    return this.slice(index, index + 1).toString("utf8", 1);
  }

  #make() {
    if (this.#ready !== undefined) return this.#ready;
    const starts = [0];
    const parts: Buffer[] = [];
    let length = 0;
    for (const text of this.#texts()) {
      const part = Buffer.from(`,${text}`, "utf8");
      parts.push(part);
      length += part.length;
      starts.push(length);
    }
    this.#ready = { bytes: Buffer.concat(parts), starts };
    return this.#ready;
  }
}
