import { createHash } from "node:crypto";
import type { CapabilityItem } from "@hub/core";
import { z } from "zod";

/** Characters of a key that say where it is; those of longer keys are followed by a hash of the whole. */
const longestStart = 64;

/** Where an item is among those of its kind. It is short, however long the key is. */
export const itemPlace = z.tuple([z.string(), z.string()]);
export type ItemPlace = z.output<typeof itemPlace>;

const places = new WeakMap<CapabilityItem, ItemPlace>();

export function placeOf(item: CapabilityItem): ItemPlace {
  const { key } = item;
  if (key.length <= longestStart) return [key, ""];
  const known = places.get(item);
  if (known !== undefined) return known;
  const hash = createHash("sha256").update(key).digest("base64url");
  const place: ItemPlace = [key.slice(0, longestStart), hash];
  places.set(item, place);
  return place;
}

/**
 * The items of a snapshot from behind a place or from the first, in the order of their places: that of their keys, but for
 * long ones that begin alike. It needs no item to be still there, so that pages lose and repeat none.
 */
export function* itemsBehind(
  items: readonly CapabilityItem[],
  after: ItemPlace | undefined,
): Generator<CapabilityItem> {
  for (let from = 0; from < items.length; ) {
    const start = startOf(items[from]);
    let to = from + 1;
    while (to < items.length && startOf(items[to]) === start) to += 1;
    if (after === undefined || start > after[0]) yield* sorted(items.slice(from, to));
    else if (start === after[0])
      yield* sorted(items.slice(from, to)).filter((item) => placeOf(item)[1] > after[1]);
    from = to;
  }
}

const startOf = (item: CapabilityItem | undefined) => item?.key.slice(0, longestStart) ?? "";

/** Items whose keys begin alike. */
function sorted(alike: readonly CapabilityItem[]): readonly CapabilityItem[] {
  if (alike.length === 1) return alike;
  return [...alike].sort((one, other) => (placeOf(one)[1] < placeOf(other)[1] ? -1 : 1));
}
