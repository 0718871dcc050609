import { isRecord } from "./definition.js";
import { below } from "./paths.js";

/** One property that is not as it was. A side that is missing was not there. */
export type Difference = {
  /** Such as `inputSchema.properties.city.type`. */
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
};

/** A stranger wrote what is compared: neither its depth nor its size may be trusted. */
const deepest = 24;
const most = 200;

/** Text as it is, everything else as JSON. */
function shown(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "");
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((value, index) => isSame(value, other[index]));
  if (!isRecord(one) || !isRecord(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSame(one[key], other[key]))
  );
}

/**
 * What became different between two definitions, property by property. The order of members does not
 * count. Lists of plain values are shown whole; lists of objects place by place.
 */
export function differencesOf(
  before: unknown,
  after: unknown,
): { readonly differences: readonly Difference[]; readonly isCut: boolean } {
  const differences: Difference[] = [];
  let isCut = false;
  const tell = (difference: Difference) => {
    if (differences.length < most) differences.push(difference);
    else isCut = true;
  };
  const compare = (path: string, one: unknown, other: unknown, depth: number): void => {
    if (isSame(one, other)) return;
    if (one === undefined) tell({ path, after: shown(other) });
    else if (other === undefined) tell({ path, before: shown(one) });
    else if (depth < deepest && isRecord(one) && isRecord(other)) {
      for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
        const mine = Object.hasOwn(one, key) ? one[key] : undefined;
        const theirs = Object.hasOwn(other, key) ? other[key] : undefined;
        compare(below(path, key), mine, theirs, depth + 1);
      }
    } else if (
      depth < deepest &&
      Array.isArray(one) &&
      Array.isArray(other) &&
      [...one, ...other].every(isRecord)
    ) {
      for (let index = 0; index < Math.max(one.length, other.length); index += 1)
        compare(`${path}[${index}]`, one[index], other[index], depth + 1);
    } else tell({ path, before: shown(one), after: shown(other) });
  };
  compare("", before, after, 0);
  return { differences, isCut };
}

/** Two texts cut into what both begin with, what differs, and what both end with. */
export function middleOf(one: string, other: string) {
  // By characters, so that none is torn in two.
  const before = [...one];
  const after = [...other];
  const shortest = Math.min(before.length, after.length);
  let start = 0;
  while (start < shortest && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shortest - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const cut = (text: readonly string[]) => ({
    start: text.slice(0, start).join(""),
    middle: text.slice(start, text.length - end).join(""),
    end: text.slice(text.length - end).join(""),
  });
  return { before: cut(before), after: cut(after) };
}
