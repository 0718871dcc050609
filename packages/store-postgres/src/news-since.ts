import type { CapabilitySnapshot, EntryRecord, HubEvent } from "@hub/core";
import type { News } from "@hub/core/storage";
import type { Queries } from "./database.js";
import { type State, toldOf } from "./hub-state.js";

/** Reads, inside a transaction, what was written after a write, as one moment shows it. */
export async function newsSince(queries: Queries, write: number, lastSeq: number): Promise<News> {
  await queries.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  const [state] = await queries.rows<State>(toldOf);
  const entries = await queries.rows<{ readonly record: string; readonly write: number }>(
    "SELECT record, write FROM entries WHERE write > $1",
    [write],
  );
  const isWhole = write >= (state?.removedUntil ?? 0);
  const ids = isWhole
    ? undefined
    : await queries.rows<{ readonly id: string }>("SELECT id FROM entries");
  const removed = await queries.rows<{ readonly id: string; readonly write: number }>(
    "SELECT id, write FROM removed_entries WHERE write > $1",
    [write],
  );
  const snapshots = await queries.rows<{
    readonly serverId: string;
    readonly snapshot: string;
    readonly write: number;
  }>(`SELECT server_id AS "serverId", snapshot, write FROM snapshots WHERE write > $1`, [write]);
  const events = await queries.rows<{ readonly seq: number; readonly event: string }>(
    "SELECT seq, event FROM journal WHERE seq > $1 ORDER BY seq",
    [lastSeq],
  );
  // What the store wrote is what it reads, so these shapes hold.
  return {
    write: state?.writes ?? write,
    entries: entries.map(({ record, ...row }) => ({
      ...row,
      record: JSON.parse(record) as EntryRecord,
    })),
    removed,
    ...(ids === undefined ? {} : { only: ids.map(({ id }) => id) }),
    snapshots: snapshots.map(({ snapshot, ...row }) => ({
      ...row,
      snapshot: JSON.parse(snapshot) as CapabilitySnapshot,
    })),
    events: events.map(({ seq, event }) => ({ ...(JSON.parse(event) as HubEvent), seq })),
  };
}
