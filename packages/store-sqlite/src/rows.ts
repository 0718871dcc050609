import type { CapabilitySnapshot, EntryRecord, HubEvent, Toolset } from "@hub/core";
import type { TokenRecord } from "@hub/core/access";
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
  tokens: (schema: string) => `SELECT ${keyOf("id")}, ${textOf("token")} FROM ${schema}.tokens`,
};

export function isIntact(row: StoredRow): boolean {
  return checksumOf(Buffer.from(row.key), Buffer.from(row.text)) === row.checksum;
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

export function tokenOf(row: StoredRow): TokenRecord {
  return JSON.parse(textIn(row.text)) as TokenRecord;
}
