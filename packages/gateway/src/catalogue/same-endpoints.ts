import type { Entry, InstanceRecord } from "@hub/core";
import { placeOf } from "@hub/core/shown";

/** Names of one server, by id: what it offers is in a list once for each of them. */
export type SameEndpoint = { readonly endpoint: string; readonly servers: readonly string[] };

/** A record never changes, and its address is asked for with each new view. */
const places = new WeakMap<InstanceRecord, string>();

function placeOfInstance(instance: InstanceRecord): string {
  const known = places.get(instance);
  if (known !== undefined) return known;
  const place = placeOf(instance.endpoint);
  places.set(instance, place);
  return place;
}

/** Which of these servers have an instance at the same endpoint, in their order. */
export function sameEndpoints(servers: readonly Entry[]): readonly SameEndpoint[] {
  const byPlace = new Map<string, { readonly endpoint: string; readonly ids: Set<string> }>();
  for (const { record } of servers)
    for (const instance of record.instances) {
      const place = placeOfInstance(instance);
      const there = byPlace.get(place) ?? { endpoint: instance.endpoint, ids: new Set() };
      there.ids.add(record.id);
      byPlace.set(place, there);
    }
  return [...byPlace.values()].flatMap(({ endpoint, ids }) =>
    ids.size < 2 ? [] : [{ endpoint, servers: [...ids] }],
  );
}
