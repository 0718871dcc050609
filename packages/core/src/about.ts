import type { EntryRecord } from "./entry.js";
import type { Now } from "./health.js";

/** What every event says of its entry. */
export function about(record: EntryRecord, now: Now) {
  return { serverId: record.id, name: record.name, at: now.wall };
}
