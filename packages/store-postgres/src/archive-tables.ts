import type { EntryRecord, HubEvent, Toolset } from "@hub/core";
import type { TokenRecord } from "@hub/core/access";
import type { SeriesKey, SeriesRow } from "@hub/core/past";
import {
  type ArchiveKind,
  type ArchiveValues,
  type AuditRecord,
  type CapabilityChange,
  type CredentialRow,
  isOfCalls,
  type SessionRow,
  type SignInRow,
} from "@hub/core/storage";
import { bytesOf } from "@hub/core/text";
import { plain } from "./postgres-audit.js";

type Value = string | number | boolean | null;

/** How one kind of what a hub keeps is read from the database, and written to it. */
export type ArchiveTable<Kept> = {
  readonly name: string;
  readonly select: string;
  /** A row as `select` yields it. */
  readonly read: (row: unknown) => Kept;
  /** Name and type of each column that is written. */
  readonly columns: Readonly<Record<string, string>>;
  readonly values: (kept: Kept) => readonly Value[];
};

function defineTable<Row, Kept>(
  declared: Omit<ArchiveTable<Kept>, "read"> & { readonly read: (row: Row) => Kept },
): ArchiveTable<Kept> {
  // What a statement selects is what its declaration says.
  return { ...declared, read: (row) => declared.read(row as Row) };
}

type TextRow = { readonly text: string };

// What the store wrote is what it reads, so the shapes of these hold.
const parse = <Shape>(text: string) => JSON.parse(text) as Shape;

/** All rows come from one write, the first. */
const firstWrite = 1;

/** Every table that is copied, by what its rows are. */
export const archiveTables: {
  readonly [Kind in Exclude<ArchiveKind, "journal">]: ArchiveTable<ArchiveValues[Kind]>;
} = {
  entry: defineTable<TextRow, EntryRecord>({
    name: "entries",
    select: "SELECT record AS text FROM entries",
    read: ({ text }) => parse(text),
    columns: { id: "text", version: "bigint", write: "bigint", record: "text" },
    values: (record) => [record.id, record.version, firstWrite, JSON.stringify(record)],
  }),
  snapshot: defineTable<TextRow & { readonly serverId: string }, ArchiveValues["snapshot"]>({
    name: "snapshots",
    select: `SELECT server_id AS "serverId", snapshot AS text FROM snapshots`,
    read: ({ serverId, text }) => ({ serverId, snapshot: parse(text) }),
    columns: { server_id: "text", write: "bigint", snapshot: "text" },
    values: ({ serverId, snapshot }) => [serverId, firstWrite, JSON.stringify(snapshot)],
  }),
  event: defineTable<TextRow & { readonly seq: number }, ArchiveValues["event"]>({
    name: "journal",
    select: "SELECT seq, event AS text FROM journal",
    read: ({ seq, text }) => ({ seq, event: parse<HubEvent>(text) }),
    columns: { seq: "bigint", server_id: "text", kind: "text", event: "text" },
    values: ({ seq, event }) => [seq, event.serverId, event.kind, JSON.stringify(event)],
  }),
  change: defineTable<TextRow, CapabilityChange>({
    name: "changes",
    select: "SELECT change AS text FROM changes",
    read: ({ text }) => parse(text),
    columns: { seq: "bigint", server_id: "text", bytes: "bigint", change: "text" },
    values: (change) => {
      const text = JSON.stringify(change);
      return [change.seq, change.serverId, bytesOf(text), text];
    },
  }),
  toolset: defineTable<TextRow, Toolset>({
    name: "toolsets",
    select: "SELECT toolset AS text FROM toolsets",
    read: ({ text }) => parse(text),
    columns: { id: "text", revision: "bigint", toolset: "text" },
    values: (toolset) => [toolset.id, toolset.revision, JSON.stringify(toolset)],
  }),
  session: defineTable<SessionRow, SessionRow>({
    name: "sessions",
    select: `SELECT key, peer, is_used AS "isUsed", sealed FROM sessions ORDER BY place`,
    read: (row) => row,
    columns: { key: "text", peer: "text", is_used: "boolean", sealed: "text" },
    values: ({ key, peer, isUsed, sealed }) => [key, peer, isUsed, sealed],
  }),
  "sign-in": defineTable<SignInRow, SignInRow>({
    name: "sign_ins",
    select: `SELECT key, owner, expires_at AS "expiresAt", sealed FROM sign_ins ORDER BY place`,
    read: (row) => row,
    columns: { key: "text", owner: "text", expires_at: "double precision", sealed: "text" },
    values: ({ key, owner, expiresAt, sealed }) => [key, owner, expiresAt, sealed],
  }),
  token: defineTable<TextRow, TokenRecord>({
    name: "tokens",
    select: "SELECT token AS text FROM tokens",
    read: ({ text }) => parse(text),
    columns: { id: "text", token: "text" },
    values: (token) => [token.id, JSON.stringify(token)],
  }),
  credential: defineTable<TextRow, CredentialRow>({
    name: "credentials",
    select: "SELECT credential AS text FROM credentials",
    read: ({ text }) => parse(text),
    columns: { server_id: "text", name: "text", credential: "text" },
    values: (row) => [row.facts.serverId, row.facts.name.toLowerCase(), JSON.stringify(row)],
  }),
  audit: defineTable<TextRow & { readonly seq: number }, ArchiveValues["audit"]>({
    name: "audit",
    select: "SELECT seq, record AS text FROM audit",
    read: ({ seq, text }) => ({ ...parse<AuditRecord>(text), seq }),
    columns: {
      seq: "bigint",
      at: "double precision",
      action: "text",
      outcome: "text",
      who_id: "text",
      who_name: "text",
      server_id: "text",
      is_call: "boolean",
      record: "text",
    },
    values: ({ seq, ...record }) => [
      seq,
      record.at,
      record.action,
      record.outcome,
      plain(record.who.id),
      record.who.name === undefined ? null : plain(record.who.name),
      record.serverId === undefined ? null : plain(record.serverId),
      isOfCalls(record),
      JSON.stringify(record),
    ],
  }),
  series: defineTable<TextRow & SeriesKey, SeriesRow>({
    name: "series",
    select: `SELECT kind, server_id AS "serverId", at, item, value AS text FROM series`,
    read: ({ kind, serverId, at, item, text }) => ({
      kind,
      serverId,
      at,
      item,
      value: parse(text),
    }),
    columns: { kind: "text", server_id: "text", at: "bigint", item: "text", value: "text" },
    values: ({ kind, serverId, at, item, value }) => [
      kind,
      serverId,
      at,
      item,
      JSON.stringify(value),
    ],
  }),
};

/** Tables of the database that are its own business: they are made anew, and not copied. */
export const ownTables = [
  "hub_reports",
  "hub_schema",
  "hub_state",
  "hubs",
  "removed_entries",
  "series_sizes",
] as const;
