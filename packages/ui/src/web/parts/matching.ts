/** So many parts of a value are looked at, so that no answer of a server holds the page up. */
const mostLooks = 50_000;

/** The parts of a JSON value that have some words in a name or a text, with what leads to them; undefined: none. */
export function matching(value: unknown, words: string): unknown {
  const wanted = words.trim().toLowerCase();
  let looks = 0;
  const has = (text: string) => text.toLowerCase().includes(wanted);
  const part = (one: unknown): unknown => {
    looks += 1;
    if (looks > mostLooks) return undefined;
    if (typeof one !== "object" || one === null) return has(String(one)) ? one : undefined;
    const kept = Object.entries(one).flatMap(([name, inner]) => {
      // Numbers of a list are no names that somebody looks for.
      const found = !Array.isArray(one) && has(name) ? inner : part(inner);
      return found === undefined ? [] : [[name, found] as const];
    });
    return kept.length === 0 ? undefined : Object.fromEntries(kept);
  };
  return wanted === "" ? value : part(value);
}
