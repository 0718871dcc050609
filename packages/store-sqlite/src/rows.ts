import {
  type CapabilitySnapshot,
  type EntryRecord,
  HubError,
  type HubEvent,
  type Toolset,
} from "@hub/core";
import type { TokenRecord } from "@hub/core/access";
import type { SeriesKey, SeriesRow } from "@hub/core/past";
import type { AuditRecord, AuditRow, CapabilityChange, CredentialRow } from "@hub/core/storage";
import { checksumOf } from "./checksum.js";

/**
 * A row as every query of the store names its columns: its key, its JSON, its checksum. Text is read as
 * bytes: libsql ends the process when a damaged text is no longer UTF-8.
 */
export type StoredRow = {
  readonly key: ArrayBuffer;
  readonly text: ArrayBuffer;
  readonly checksum: number;
};

export const entryKey = (id: string, version: number) => `${id}\n${version}`;
export const snapshotKey = (serverId: string) => serverId;
export const eventKey = (seq: number, serverId: string, kind: string) =>
  `${seq}\n${serverId}\n${kind}`;
export const changeKey = (seq: number, serverId: string) => `${seq}\n${serverId}`;
export const auditKey = (seq: number) => String(seq);
export const auditCallsKey = (seq: number, count: number) => `${seq}\n${count}`;
export const seriesKey = ({ kind, serverId, at, item }: SeriesKey) =>
  `${kind}\n${serverId}\n${at}\n${item}`;
export const tokenKey = (id: string) => id;
export const toolsetKey = (id: string, revision: number) => `${id}\n${revision}`;

/** Key columns on one line each, as `entryKey` and the others write them. */
const keyOf = (...columns: readonly string[]) =>
  `CAST(${columns.join(" || char(10) || ")} AS BLOB) AS key`;
const textOf = (column: string) => `CAST(${column} AS BLOB) AS text, checksum`;

/** Queries that yield `StoredRow`, up to and without their conditions; the schema is `main` or attached. */
export const rowsOf = {
  entries: (schema: string) =>
    `SELECT ${keyOf("id", "version")}, ${textOf("record")} FROM ${schema}.entries`,
  snapshots: (schema: string) =>
    `SELECT ${keyOf("server_id")}, ${textOf("snapshot")} FROM ${schema}.snapshots`,
  journal: (schema: string) =>
    `SELECT ${keyOf("seq", "server_id", "kind")}, ${textOf("event")}, seq FROM ${schema}.journal`,
  changes: (schema: string) =>
    `SELECT ${keyOf("seq", "server_id")}, ${textOf("change")} FROM ${schema}.changes`,
  toolsets: (schema: string) =>
    `SELECT ${keyOf("id", "revision")}, ${textOf("toolset")} FROM ${schema}.toolsets`,
  credentials: (schema: string) =>
    `SELECT ${keyOf("server_id", "name")}, ${textOf("credential")} FROM ${schema}.credentials`,
  audit: (schema: string) => `SELECT ${keyOf("seq")}, ${textOf("record")} FROM ${schema}.audit`,
  auditCalls: (schema: string) =>
    `SELECT ${keyOf("seq", "count")}, ${textOf("calls")}, seq FROM ${schema}.audit_calls`,
  series: (schema: string) =>
    `SELECT ${keyOf("kind", "server_id", "at", "item")}, ${textOf("value")} FROM ${schema}.series`,
  tokens: (schema: string) => `SELECT ${keyOf("id")}, ${textOf("token")} FROM ${schema}.tokens`,
};

export function isIntact(row: StoredRow): boolean {
  return checksumOf(Buffer.from(row.key), Buffer.from(row.text)) === row.checksum;
}

/** A row that is copied. Throws STORE_UNAVAILABLE for one that the disk has changed. */
export function intact<Row extends StoredRow>(table: string, row: Row): Row {
  if (isIntact(row)) return row;
  const key = textIn(row.key).replaceAll("\n", " ");
  throw new HubError(
    "STORE_UNAVAILABLE",
    `What the file holds of ${table} under "${key}" does not match its checksum. Nothing was copied: restore a backup of it first.`,
  );
}

/** The text of a column that was read as bytes. */
export function textIn(bytes: ArrayBuffer): string {
  return Buffer.from(bytes).toString();
}

// What the checksum confirms is what this store wrote, so the shapes of these hold.

export function entryOf(row: StoredRow): EntryRecord {
  return JSON.parse(textIn(row.text)) as EntryRecord;
}

export function snapshotOf(row: StoredRow): CapabilitySnapshot {
  return JSON.parse(textIn(row.text)) as CapabilitySnapshot;
}

export function eventOf(row: StoredRow): HubEvent {
  return JSON.parse(textIn(row.text)) as HubEvent;
}

export function changeOf(row: StoredRow): CapabilityChange {
  return JSON.parse(textIn(row.text)) as CapabilityChange;
}

export function toolsetOf(row: StoredRow): Toolset {
  return JSON.parse(textIn(row.text)) as Toolset;
}

export function credentialOf(row: StoredRow): CredentialRow {
  return JSON.parse(textIn(row.text)) as CredentialRow;
}

export function auditOf(row: StoredRow): AuditRow {
  const record = JSON.parse(textIn(row.text)) as AuditRecord;
  return { ...record, seq: Number(textIn(row.key)) };
}

/** What calls have in common that differ in nothing but when they were, how long they took, and their arguments. */
export type CallKind = Omit<AuditRecord, "at" | "durationMs" | "arguments">;

/** The text of a row of calls: each names its kind by its place, and when it was, how long it took, its arguments. */
export type CallBlock = {
  readonly kinds: readonly CallKind[];
  readonly calls: readonly (
    | readonly [number, number, number | null]
    | readonly [number, number, number | null, string]
  )[];
};

/** The calls of a row, oldest first. */
export function callsOf(row: StoredRow): AuditRow[] {
  const first = Number(textIn(row.key).split("\n")[0]);
  const { kinds, calls } = JSON.parse(textIn(row.text)) as CallBlock;
  return calls.flatMap(([place, at, durationMs, given], index) => {
    const kind = kinds[place];
    if (kind === undefined) return [];
    return [
      {
        ...kind,
        seq: first + index,
        at,
        ...(durationMs === null ? {} : { durationMs }),
        ...(given === undefined ? {} : { arguments: given }),
      },
    ];
  });
}

export function seriesOf(row: StoredRow): SeriesRow {
  const [kind = "", serverId = "", at, ...item] = textIn(row.key).split("\n");
  const key = { kind, serverId, at: Number(at), item: item.join("\n") };
  return { ...key, value: JSON.parse(textIn(row.text)) } as SeriesRow;
}

export function tokenOf(row: StoredRow): TokenRecord {
  return JSON.parse(textIn(row.text)) as TokenRecord;
}
