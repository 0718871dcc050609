import type { Item } from "./definition.js";

/** Of fewer items nobody loses sight. */
const groupedFrom = 12;
/** Fewer with the same beginning are no group. */
const fewest = 3;

/** A row of a list: the head of a group, or an item with what only it has. */
export type Row =
  | { readonly is: "head"; readonly prefix: string; readonly count: number }
  | {
      readonly is: "item";
      readonly item: Item;
      /** The beginning of its title that its group says already; else empty. */
      readonly prefix: string;
      /** Whether its description is that of the item above. */
      readonly isSameAsAbove: boolean;
    };

/** The first word of a name, with what stands behind it: `git_` of `git_push`, `git.` of `git.push`. */
const prefixOf = ({ kind, key }: Item) =>
  kind === "tool" || kind === "prompt" ? (/^[^_./:-]+[_./:-]+(?=.)/.exec(key)?.[0] ?? "") : "";

/** Many items in groups of those that begin alike, in the order of the first of each; the others come first. */
export function groupedRows(items: readonly Item[]): readonly Row[] {
  const groups = new Map<string, Item[]>();
  const alone: Item[] = [];
  const isGrouped = items.length >= groupedFrom;
  const counts = new Map<string, number>();
  for (const item of items) counts.set(prefixOf(item), (counts.get(prefixOf(item)) ?? 0) + 1);
  for (const item of items) {
    const prefix = prefixOf(item);
    if (!isGrouped || prefix === "" || (counts.get(prefix) ?? 0) < fewest) alone.push(item);
    else groups.set(prefix, [...(groups.get(prefix) ?? []), item]);
  }
  return [
    ...rowsOf(alone, ""),
    ...[...groups].flatMap(([prefix, members]): Row[] => [
      { is: "head", prefix, count: members.length },
      ...rowsOf(members, prefix),
    ]),
  ];
}

function rowsOf(items: readonly Item[], prefix: string): Row[] {
  return items.map((item, at) => ({
    is: "item",
    item,
    prefix: prefix !== "" && item.title.startsWith(prefix) ? prefix : "",
    isSameAsAbove:
      item.description !== undefined && items[at - 1]?.description === item.description,
  }));
}
