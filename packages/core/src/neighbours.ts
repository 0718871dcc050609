import { isAdmitted } from "./admission.js";
import type { Entry, EntryRecord } from "./entry.js";
import { isHidden } from "./shown-profile.js";

/** Other names of the same server: whoever lists tools sees them twice. */
export function neighbourAttention(
  { record }: Entry,
  neighbours: readonly Entry[],
): { readonly cause: string; readonly fix: string }[] {
  if (!isListed(record)) return [];
  return neighbours
    .filter((neighbour) => isListed(neighbour.record))
    .map(({ record: { id, name } }) => ({
      cause: `The same endpoint is registered as "${name}" (${id}) too, so its tools appear twice.`,
      fix: "Remove the name that you do not want (DELETE /servers/{id}?force=true), or hide it.",
    }));
}

const isListed = (record: EntryRecord) => isAdmitted(record) && !isHidden(record);
