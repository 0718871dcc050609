export {
  type ArchiveKind,
  type ArchiveRow,
  type ArchiveSource,
  type ArchiveValues,
  archiveKinds,
  type StoreArchive,
} from "../archive.js";
export {
  type Asker,
  type AuditAction,
  type AuditOutcome,
  type AuditQuery,
  type AuditRecord,
  type AuditRow,
  type AuditStore,
  auditActions,
  auditOutcomes,
  fitsAudit,
  isOfCalls,
  somebody,
} from "../audit.js";
export { type CredentialRow, type CredentialStore, credentialKey } from "../credential-store.js";
export { jsonBytes, type KeptChanges, type KeptItem, keepChanges } from "../history.js";
export { HistoryLedger, type LedgerPlan, type LedgerRow } from "../history-ledger.js";
export {
  type HubIdentity,
  type HubOnStore,
  type HubReport,
  hubTimes,
  type Pulse,
  type Pulsed,
  type SharedHubs,
} from "../hubs/shared-hubs.js";
export type {
  KeptSession,
  SealedSession,
  SessionRow,
  SessionStore,
  SessionWrite,
  SharedSession,
  SharedSessions,
} from "../session-store.js";
export type { SignInRow, SignInStore, SignInWrite } from "../sign-in-store.js";
export { diffSnapshots, type ItemChange } from "../snapshot.js";
export {
  type CapabilityChange,
  type CommitResult,
  type EntryWrite,
  type EventWrite,
  type HistoryPage,
  type HistoryQuery,
  type JournalQuery,
  type News,
  type NewsTopic,
  type RegistryStore,
  type SharedWrites,
  type StoredState,
  type StoreWrite,
  stepOf,
} from "../store.js";
export type { TokenStore } from "../token-store.js";
export type { ToolsetStore, ToolsetWriteResult } from "../toolset-store.js";
