import { changedEdits, type EditChange, editsAfter } from "./edits.js";
import type { EntryRecord } from "./entry.js";
import type { Now } from "./health.js";

/** The entry after an operator's change, and what differs; undefined when nothing does. */
export function mended(
  record: EntryRecord,
  change: EditChange,
  now: Now,
): { readonly record: EntryRecord; readonly changed: readonly string[] } | undefined {
  const { edits: before, ...rest } = record;
  const edits = editsAfter(before, change);
  const changed = changedEdits(before, edits);
  if (changed.length === 0) return undefined;
  return {
    changed,
    record: {
      ...rest,
      ...(edits === undefined ? {} : { edits }),
      updatedAt: now.wall,
      revision: record.revision + 1,
      version: record.version + 1,
    },
  };
}
