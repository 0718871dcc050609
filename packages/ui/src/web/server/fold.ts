import type { ChangedItem } from "@hub/api";

/** Items to which the very same thing happened. */
export type Folded = { readonly first: ChangedItem; readonly others: readonly ChangedItem[] };

/** Items whose definitions changed alike stand together, in the place of the first of them; all others alone. */
export function folded(items: readonly ChangedItem[]): readonly Folded[] {
  const groups = new Map<string, ChangedItem[]>();
  for (const item of items) {
    const { change, kind, key, before, after, isCut } = item;
    const isAlone = change !== "changed" || isCut === true;
    const what = JSON.stringify(isAlone ? [change, kind, key] : [change, kind, before, after]);
    groups.set(what, [...(groups.get(what) ?? []), item]);
  }
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ first, others }],
  );
}
