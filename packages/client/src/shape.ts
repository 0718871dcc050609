/**
 * What an answer must at least hold, as an example of it: `""`, `0` and `false` stand for any text, number
 * and boolean, a list of one example for a list of such, and `"name?"` for a member that may be absent.
 * Members that are not named may be anything, so that a newer hub is no stranger.
 */
export type Shape<Value> = unknown extends Value ? unknown : Known<Value>;

type Known<Value> = Value extends string
  ? ""
  : Value extends number
    ? 0
    : Value extends boolean
      ? false
      : Value extends readonly (infer Item)[]
        ? readonly [Shape<Item>?]
        : Value extends object
          ? { readonly [Key in keyof Value as Key | `${Key & string}?`]?: Shape<Value[Key]> }
          : never;

/** What is wrong with a value, such as `servers[2].id is no text`; undefined for one that fits. */
export function misfit(value: unknown, example: unknown, at = "it"): string | undefined {
  if (Array.isArray(example)) {
    if (!Array.isArray(value)) return `${at} is no list`;
    if (example.length === 0) return undefined;
    return first(value, (item, index) => misfit(item, example[0], `${at}[${index}]`));
  }
  if (typeof example === "object" && example !== null) {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return `${at} is no object`;
    const members = new Map(Object.entries(value));
    return first(Object.entries(example), ([key, member]) => {
      const name = key.replace(/\?$/, "");
      if (name !== key && members.get(name) === undefined) return undefined;
      return misfit(members.get(name), member, at === "it" ? name : `${at}.${name}`);
    });
  }
  if (typeof value === typeof example) return undefined;
  return `${at} is no ${typeof example === "string" ? "text" : typeof example}`;
}

function first<Item>(
  items: readonly Item[],
  look: (item: Item, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = look(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
