import { isAdmitted } from "./admission.js";
import type { EntryRecord } from "./entry.js";
import type { Now } from "./health.js";

/** What every event says of its entry. */
export function about(record: EntryRecord, { wall }: Pick<Now, "wall">) {
  return {
    serverId: record.id,
    name: record.name,
    at: wall,
    ...(isAdmitted(record) ? {} : withheld),
  };
}

/** For those who judge what waits. */
const withheld = { isWithheld: true } as const;
