import { type JsonVisitor, scanJson } from "./json-scan.js";
import { endOfValue, isKey } from "./written-json.js";

/** What was let in was judged before. */
const unlimited = { depth: Number.POSITIVE_INFINITY, values: Number.POSITIVE_INFINITY };

/** A member as it is written: its key without quotes, and both together. */
type Written = { readonly key: string; readonly text: string };

/** Where `params` and its `_meta` are in a message, and what is in that. */
class MetaFinder implements JsonVisitor {
  readonly depth = 3;
  readonly members: Written[] = [];
  paramsAt = -1;
  metaAt = -1;
  readonly #text: string;
  #isInParams = false;
  #isInMeta = false;

  constructor(text: string) {
    this.#text = text;
  }

  key(depth: number, start: number, end: number, valueAt: number): void {
    const key = this.#text.slice(start, end);
    if (depth === 1) {
      this.#isInParams = isKey(key, "params");
      this.#isInMeta = false;
      if (this.#isInParams) this.paramsAt = valueAt;
    } else if (depth === 2 && this.#isInParams) {
      this.#isInMeta = isKey(key, "_meta");
      if (this.#isInMeta) this.metaAt = valueAt;
    } else if (depth === 3 && this.#isInMeta) {
      const text = this.#text.slice(start - 1, endOfValue(this.#text, valueAt));
      this.members.push({ key, text });
    }
  }
}

/**
 * A message, which is valid JSON, with other members in its `params._meta`: texts in place of what is there, and
 * those that are undefined removed. Everything else is as it was written: numbers keep all their digits. A message
 * whose `params` or `_meta` is no object stays as it is.
 */
export function withMeta(
  text: string,
  given: Readonly<Record<string, string | undefined>>,
): string {
  const found = new MetaFinder(text);
  scanJson(text, unlimited, found);
  const { paramsAt, metaAt, members } = found;
  const names = Object.keys(given);
  const kept = members.filter(({ key }) => !names.some((name) => isKey(key, name)));
  const added = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [`${JSON.stringify(name)}:${JSON.stringify(value)}`],
  );
  const meta = `{${[...kept.map((member) => member.text), ...added].join(",")}}`;
  if (metaAt !== -1) {
    if (text[metaAt] !== "{") return text;
    return text.slice(0, metaAt) + meta + text.slice(endOfValue(text, metaAt));
  }
  if (added.length === 0) return text;
  if (paramsAt !== -1) return withFirst(text, paramsAt, `"_meta":${meta}`);
  return withFirst(text, text.search(/\S/), `"params":{"_meta":${meta}}`);
}

/** With one more member in the object that begins at a place; unchanged where none does. */
function withFirst(text: string, at: number, member: string): string {
  if (text[at] !== "{") return text;
  const rest = text.slice(at + 1);
  const isEmpty = rest.trimStart().startsWith("}");
  return `${text.slice(0, at + 1)}${member}${isEmpty ? "" : ","}${rest}`;
}
