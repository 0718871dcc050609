import type { Mask } from "../mask-secrets.js";

/** Characters of all lines together, so that a flood of long ones stays small. */
const mostCharacters = 64 * 1024;
const longestLine = 2_000;

/** The last lines that the processes of a server printed, without the secrets that this process knows. */
export class LastLines {
  readonly #mask: Mask;
  readonly #mostLines: number;
  readonly #lines: string[] = [];
  #first = 0;
  #characters = 0;

  constructor(mask: Mask, mostLines = 500) {
    this.#mask = mask;
    this.#mostLines = mostLines;
  }

  add(line: string): void {
    // Masked before it is cut: half of a secret would be none that the mask knows.
    const kept = this.#mask(line).slice(0, longestLine);
    this.#lines.push(kept);
    this.#characters += kept.length;
    while (
      this.#lines.length - this.#first > this.#mostLines ||
      (this.#characters > mostCharacters && this.#lines.length - this.#first > 1)
    ) {
      this.#characters -= this.#lines[this.#first]?.length ?? 0;
      this.#first += 1;
    }
    // Rarely, so that a line costs the same however many there are.
    if (this.#first <= this.#mostLines) return;
    this.#lines.splice(0, this.#first);
    this.#first = 0;
  }

  list(): readonly string[] {
    return this.#lines.slice(this.#first);
  }
}
