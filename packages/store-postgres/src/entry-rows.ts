import type { EntryRecord } from "@hub/core";
import type { StoreWrite } from "@hub/core/storage";
import type { Queries } from "./database.js";

type IdRow = { readonly id: string };

/** The entries that are not what a write was decided on, as they are now. */
export async function conflicts(
  queries: Queries,
  { entries, removed }: StoreWrite,
): Promise<ReadonlyMap<string, EntryRecord | undefined>> {
  const bases = [...entries.map(({ record, basedOn }) => ({ id: record.id, basedOn })), ...removed];
  if (bases.length === 0) return new Map();
  const rows = await queries.rows<IdRow & { readonly version: number }>(
    "SELECT id, version FROM entries WHERE id = ANY($1::text[])",
    [bases.map(({ id }) => id)],
  );
  const versions = new Map(rows.map(({ id, version }) => [id, version]));
  const lost = bases.filter(({ id, basedOn }) => versions.get(id) !== basedOn).map(({ id }) => id);
  if (lost.length === 0) return new Map();
  const fresh = await queries.rows<IdRow & { readonly record: string }>(
    "SELECT id, record FROM entries WHERE id = ANY($1::text[])",
    [lost],
  );
  // What the store wrote is what it reads.
  const records = new Map(fresh.map(({ id, record }) => [id, JSON.parse(record) as EntryRecord]));
  return new Map(lost.map((id) => [id, records.get(id)]));
}

/** Puts, changes and removes entries with their snapshots, as the write with this number. */
export async function storeEntries(
  queries: Queries,
  number: number,
  { entries, removed, snapshots }: StoreWrite,
): Promise<void> {
  const gone = removed.map(({ id }) => id);
  if (gone.length > 0) {
    await queries.run("DELETE FROM entries WHERE id = ANY($1::text[])", [gone]);
    await queries.run(
      `INSERT INTO removed_entries (id, write) SELECT id, $2 FROM unnest($1::text[]) AS id
       ON CONFLICT (id) DO UPDATE SET write = excluded.write, removed_at = excluded.removed_at`,
      [gone, number],
    );
  }
  if (entries.length > 0)
    await queries.run(
      `INSERT INTO entries (id, version, write, record)
       SELECT id, version, $4, record FROM unnest($1::text[], $2::bigint[], $3::text[]) AS t (id, version, record)
       ON CONFLICT (id) DO UPDATE
       SET version = excluded.version, write = excluded.write, record = excluded.record`,
      [
        entries.map(({ record }) => record.id),
        entries.map(({ record }) => record.version),
        entries.map(({ record }) => JSON.stringify(record)),
        number,
      ],
    );
  if (snapshots.length > 0)
    await queries.run(
      `INSERT INTO snapshots (server_id, write, snapshot)
       SELECT server_id, $3, snapshot FROM unnest($1::text[], $2::text[]) AS t (server_id, snapshot)
       WHERE EXISTS (SELECT 1 FROM entries WHERE id = server_id)
       ON CONFLICT (server_id) DO UPDATE SET write = excluded.write, snapshot = excluded.snapshot`,
      [
        snapshots.map(({ serverId }) => serverId),
        snapshots.map(({ snapshot }) => JSON.stringify(snapshot)),
        number,
      ],
    );
}
