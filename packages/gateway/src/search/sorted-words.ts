const mostInBlock = 512;

/** Words in alphabetical order, each once. Taking one in or out costs little, however many there are. */
export class SortedWords {
  /** Sorted, none empty but the only one; so are the words over all of them. */
  readonly #blocks: string[][] = [[]];

  add(word: string): void {
    const at = this.#blockOf(word);
    const block = this.#blocks[at] ?? [];
    const place = placeIn(block, word);
    if (block[place] === word) return;
    block.splice(place, 0, word);
    if (block.length > mostInBlock) this.#blocks.splice(at + 1, 0, block.splice(mostInBlock / 2));
  }

  delete(word: string): void {
    const at = this.#blockOf(word);
    const block = this.#blocks[at] ?? [];
    const place = placeIn(block, word);
    if (block[place] !== word) return;
    block.splice(place, 1);
    if (block.length === 0 && this.#blocks.length > 1) this.#blocks.splice(at, 1);
  }

  /** The words from this one on. */
  *from(word: string): Iterable<string> {
    const at = this.#blockOf(word);
    let place = placeIn(this.#blocks[at] ?? [], word);
    for (let index = at; index < this.#blocks.length; index++, place = 0) {
      const block = this.#blocks[index] ?? [];
      for (; place < block.length; place++) yield block[place] ?? "";
    }
  }

  /** The last block that begins before the word or with it. */
  #blockOf(word: string): number {
    let low = 0;
    let high = this.#blocks.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#blocks[middle]?.[0] ?? "") <= word) low = middle;
      else high = middle;
    }
    return low;
  }
}

/** Of the first word that is not before this one. */
function placeIn(block: readonly string[], word: string): number {
  let low = 0;
  let high = block.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((block[middle] ?? "") < word) low = middle + 1;
    else high = middle;
  }
  return low;
}
