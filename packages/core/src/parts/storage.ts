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
  isOfCalls,
  somebody,
} from "../audit.js";
export { type CredentialRow, type CredentialStore, credentialKey } from "../credential-store.js";
export { jsonBytes, type KeptChanges, type KeptItem, keepChanges } from "../history.js";
export { HistoryLedger, type LedgerPlan, type LedgerRow } from "../history-ledger.js";
export type { KeptSession, SessionRow, SessionStore, SessionWrite } from "../session-store.js";
export { diffSnapshots, type ItemChange } from "../snapshot.js";
export {
  type CapabilityChange,
  type CommitResult,
  type EntryWrite,
  type EventWrite,
  type HistoryPage,
  type HistoryQuery,
  type JournalQuery,
  type RegistryStore,
  type StoredState,
  type StoreWrite,
  stepOf,
} from "../store.js";
export type { TokenStore } from "../token-store.js";
export type { ToolsetStore, ToolsetWriteResult } from "../toolset-store.js";
