import {
  type ArchiveKind,
  type ArchiveValues,
  credentialKey,
  type SessionRow,
  type SignInRow,
} from "@hub/core/storage";
import { bytesOf } from "@hub/core/text";
import { withCalls } from "./archive-audit.js";
import { type ArchiveTable, defineChecked, defineTable } from "./archive-table.js";
import {
  auditKey,
  auditOf,
  changeKey,
  changeOf,
  credentialOf,
  entryKey,
  entryOf,
  eventKey,
  eventOf,
  seriesKey,
  seriesOf,
  snapshotKey,
  snapshotOf,
  textIn,
  tokenKey,
  tokenOf,
  toolsetKey,
  toolsetOf,
} from "./rows.js";

/** Text is read as bytes: libsql ends the process when a damaged text is no longer UTF-8. */
type Sealed = {
  readonly key: ArrayBuffer;
  readonly owner: ArrayBuffer;
  readonly sealed: ArrayBuffer;
};
const sealedColumns = (owner: string) =>
  `CAST(key AS BLOB) AS key, CAST(${owner} AS BLOB) AS owner, CAST(sealed AS BLOB) AS sealed`;

/** Every table that is copied, by what its rows are. */
export const archiveTables: {
  readonly [Kind in Exclude<ArchiveKind, "journal">]: ArchiveTable<ArchiveValues[Kind]>;
} = {
  entry: defineChecked({
    name: "entries",
    of: entryOf,
    columns: ["id", "version", "record"],
    key: ({ id, version }) => entryKey(id, version),
    values: (record) => [record.id, record.version, JSON.stringify(record)],
  }),
  snapshot: defineChecked({
    name: "snapshots",
    of: (row) => ({ serverId: textIn(row.key), snapshot: snapshotOf(row) }),
    columns: ["server_id", "snapshot"],
    key: ({ serverId }) => snapshotKey(serverId),
    values: ({ serverId, snapshot }) => [serverId, JSON.stringify(snapshot)],
  }),
  event: defineChecked({
    name: "journal",
    // Its number is the table's `rowid`.
    of: (row) => ({ seq: row.place, event: eventOf(row) }),
    columns: ["seq", "server_id", "kind", "event"],
    key: ({ seq, event }) => eventKey(seq, event.serverId, event.kind),
    values: ({ seq, event }) => [seq, event.serverId, event.kind, JSON.stringify(event)],
  }),
  change: defineChecked({
    name: "changes",
    of: changeOf,
    columns: ["seq", "server_id", "bytes", "change"],
    key: ({ seq, serverId }) => changeKey(seq, serverId),
    values: (change) => {
      const text = JSON.stringify(change);
      return [change.seq, change.serverId, bytesOf(text), text];
    },
  }),
  toolset: defineChecked({
    name: "toolsets",
    of: toolsetOf,
    columns: ["id", "revision", "toolset"],
    key: ({ id, revision }) => toolsetKey(id, revision),
    values: (toolset) => [toolset.id, toolset.revision, JSON.stringify(toolset)],
  }),
  session: defineTable<Sealed & { readonly isUsed: number }, SessionRow>({
    name: "sessions",
    select: `SELECT ${sealedColumns("peer")}, is_used AS isUsed FROM sessions`,
    read: ({ key, owner, isUsed, sealed }) => ({
      key: textIn(key),
      peer: textIn(owner),
      isUsed: isUsed === 1,
      sealed: textIn(sealed),
    }),
    columns: ["key", "peer", "is_used", "sealed"],
    values: ({ key, peer, isUsed, sealed }) => [key, peer, isUsed ? 1 : 0, sealed],
  }),
  "sign-in": defineTable<Sealed & { readonly expiresAt: number }, SignInRow>({
    name: "sign_ins",
    select: `SELECT ${sealedColumns("owner")}, expires_at AS expiresAt FROM sign_ins`,
    read: ({ key, owner, expiresAt, sealed }) => ({
      key: textIn(key),
      owner: textIn(owner),
      expiresAt,
      sealed: textIn(sealed),
    }),
    columns: ["key", "owner", "expires_at", "sealed"],
    values: ({ key, owner, expiresAt, sealed }) => [key, owner, expiresAt, sealed],
  }),
  token: defineChecked({
    name: "tokens",
    of: tokenOf,
    columns: ["id", "token"],
    key: ({ id }) => tokenKey(id),
    values: (token) => [token.id, JSON.stringify(token)],
  }),
  credential: defineChecked({
    name: "credentials",
    of: credentialOf,
    columns: ["server_id", "name", "credential"],
    key: ({ facts }) => credentialKey(facts.serverId, facts.name),
    values: (row) => [row.facts.serverId, row.facts.name.toLowerCase(), JSON.stringify(row)],
  }),
  audit: withCalls(
    defineChecked({
      name: "audit",
      of: auditOf,
      columns: ["seq", "at", "action", "outcome", "who_id", "who_name", "server_id", "record"],
      key: ({ seq }) => auditKey(seq),
      values: ({ seq, ...record }) => [
        seq,
        record.at,
        record.action,
        record.outcome,
        record.who.id,
        record.who.name ?? null,
        record.serverId ?? null,
        JSON.stringify(record),
      ],
    }),
  ),
  series: defineChecked({
    name: "series",
    of: seriesOf,
    columns: ["kind", "server_id", "at", "item", "value"],
    key: seriesKey,
    values: ({ kind, serverId, at, item, value }) => [
      kind,
      serverId,
      at,
      item,
      JSON.stringify(value),
    ],
  }),
};

/** Tables of the file that are its own business: they are not copied. */
export const ownTables = ["shutdown", "trimmed"] as const;
