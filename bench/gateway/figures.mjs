// Medians, ratios between contenders of the same round, and tables.
export function median(values) {
  const known = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  const middle = [known[(known.length - 1) >> 1], known[known.length >> 1]];
  return known.length === 0 ? undefined : (middle[0] + middle[1]) / 2;
}

/**
 * What was measured of one workload: for each contender one entry a round. A contender that failed has
 * `failure` and no rounds.
 */
export class Sheet {
  #rounds = new Map();
  #failures = new Map();

  add(contender, result) {
    if (!this.#rounds.has(contender)) this.#rounds.set(contender, []);
    this.#rounds.get(contender).push(result);
  }

  fail(contender, failure) {
    this.#failures.set(contender, failure);
  }

  failure(contender) {
    return this.#failures.get(contender);
  }

  get contenders() {
    return [...new Set([...this.#rounds.keys(), ...this.#failures.keys()])];
  }

  /** The median of a figure over the rounds; undefined when the contender was not measured. */
  of(contender, figure) {
    if (this.#failures.has(contender)) return undefined;
    return median((this.#rounds.get(contender) ?? []).map((round) => round[figure]));
  }

  /** The median over the rounds of what `compare` makes of two contenders' results in the same round. */
  paired(one, other, compare) {
    if (this.#failures.has(one) || this.#failures.has(other)) return undefined;
    const others = this.#rounds.get(other) ?? [];
    const pairs = (this.#rounds.get(one) ?? []).map((result, round) => [result, others[round]]);
    return median(pairs.filter(([, b]) => b !== undefined).map(([a, b]) => compare(a, b)));
  }

  ratio(one, other, figure) {
    return this.paired(one, other, (a, b) => a[figure] / b[figure]);
  }

  difference(one, other, figure) {
    return this.paired(one, other, (a, b) => a[figure] - b[figure]);
  }
}

export function fixed(value, digits) {
  return value === undefined || Number.isNaN(value) ? "-" : value.toFixed(digits);
}

/** Prints rows under a heading; the first column to the left, the others to the right. */
export function printTable(title, heads, rows, { isText = false } = {}) {
  const all = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  console.log(`\n${title}`);
  for (const row of all) {
    const cells = row.map((cell, column) =>
      column === 0 || isText ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
    );
    console.log(`  ${cells.join("   ").trimEnd()}`);
  }
}
