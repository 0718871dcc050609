/** People shorten names more than they lengthen them, so what is missing counts half. */
const missing = 1;
const tooMuch = 2;
const another = 2;
const swapped = 1;

/** What it takes to make `known` out of `given`: the distance of Damerau and Levenshtein, weighted. */
function distance(given: string, known: string): number {
  const rows: number[][] = [Array.from({ length: known.length + 1 }, (_, at) => at * missing)];
  for (let at = 1; at <= given.length; at += 1) {
    const before = rows[at - 1] ?? [];
    const row = [at * tooMuch];
    for (let to = 1; to <= known.length; to += 1) {
      const isSame = given[at - 1] === known[to - 1];
      const isSwapped =
        at > 1 && to > 1 && given[at - 1] === known[to - 2] && given[at - 2] === known[to - 1];
      row[to] = Math.min(
        (before[to - 1] ?? 0) + (isSame ? 0 : another),
        (before[to] ?? 0) + tooMuch,
        (row[to - 1] ?? 0) + missing,
        isSwapped ? (rows[at - 2]?.[to - 2] ?? 0) + swapped : Number.POSITIVE_INFINITY,
      );
    }
    rows.push(row);
  }
  return rows[given.length]?.[known.length] ?? 0;
}

/** Longer names are no slips of the finger, and comparing them costs the square of their length. */
const longestCompared = 100;

/** `--data-dir=x` and `mcp_hub_data_dir` are compared as `DATA_DIR`. */
function essence(name: string): string {
  const [word = ""] = name.slice(0, longestCompared).toUpperCase().split("=");
  return word
    .replace(/^-+/, "")
    .replaceAll("-", "_")
    .replace(/^MCP_HUB_/, "");
}

/**
 * The known name that is most like a given one, whether either is an option or a variable; undefined when
 * none is like it.
 */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  const wanted = essence(given);
  const ranked = known
    .map((name) => ({
      name,
      far: distance(wanted, essence(name)),
      isPart: `_${essence(name)}_`.includes(`_${wanted}_`),
    }))
    // Where as much is another as there is, nothing was meant by it.
    .filter(({ far }) => far <= wanted.length);
  // Whoever left words out wrote the others as they are.
  return ranked.toSorted((a, b) => Number(b.isPart) - Number(a.isPart) || a.far - b.far)[0]?.name;
}
