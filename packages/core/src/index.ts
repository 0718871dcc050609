export { type Attention, attentionOf } from "./attention.js";
export { BudgetBook, type BudgetReport, type BudgetUse } from "./budget-book.js";
export {
  type BudgetName,
  type BudgetRow,
  type Budgets,
  budgetNames,
  defaultBudgets,
  rowOf,
  settingOf,
} from "./budgets.js";
export { ByteShares } from "./byte-shares.js";
export { type Clock, systemClock } from "./clock.js";
export { serverNotFound } from "./departures.js";
export {
  type EditChange,
  type EditInput,
  type Edits,
  editSchema,
  lifecycles,
  longestCallMs,
} from "./edits.js";
export {
  type Entry,
  type EntryRecord,
  type Instance,
  type InstanceRecord,
  type InstanceRef,
  leadingInstance,
  type ServerStatus,
  serverStatus,
  serverStatuses,
} from "./entry.js";
export {
  HubError,
  type HubErrorCode,
  type HubErrorOptions,
  hubErrorCodes,
  type Problem,
} from "./errors.js";
export {
  type CapabilitiesChanged,
  eventKinds,
  type HubEvent,
  type JournalEvent,
} from "./events.js";
export { fixFor, problemOf, reasonFor, warningsFor } from "./explain.js";
export { type Flapping, flappingOf } from "./flapping.js";
export { harmlessLines } from "./harmless-lines.js";
export { sha256Hex } from "./hash.js";
export {
  type Health,
  type InstanceStatus,
  instanceStatuses,
  leaseIsLost,
  type Now,
} from "./health.js";
export { jsonBytes, type KeptChanges, type KeptItem, keepChanges } from "./history.js";
export { HistoryLedger, type LedgerPlan, type LedgerRow } from "./history-ledger.js";
export type { HubStore } from "./hub-store.js";
export { bytesOf, canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "./json.js";

export { MemorySessionStore } from "./memory-session-store.js";
export { MemoryStore } from "./memory-store.js";
export { MemoryToolsetStore } from "./memory-toolset-store.js";
export { idForName, nameKey } from "./names.js";
export type { Protection } from "./observer.js";
export {
  areReady,
  type ReadyHeaders,
  ready,
  type UpstreamDialer,
  type UpstreamExchange,
  type UpstreamFailure,
  type UpstreamReceiver,
  type UpstreamRequest,
} from "./outgoing.js";
export { requireRemovable } from "./ownership.js";
export { peerOf, plainAddress } from "./peer.js";
export { placeOf } from "./place.js";
export {
  type Finding,
  type FindingCode,
  findingCodes,
  type NothingListens,
  type ProbeFailure,
  type ProbeOptions,
  type ProbeOutcome,
  type Prober,
  type ProbeStep,
  type ProbeSuccess,
  type ProbeTarget,
  probeSteps,
} from "./probe.js";
export type { ProbeTask } from "./probe-agenda.js";
export type { Trouble } from "./probed.js";
export type {
  LeaseGrant,
  RegisterResult,
  RegistrationContext,
} from "./registrar.js";
export {
  endpointKey,
  type Registration,
  type RegistrationInput,
  registrationSchema,
  type Transport,
  transports,
} from "./registration.js";
export { Registry, type RegistryOptions } from "./registry.js";
export { longestLogBytes, mostLogLines, type ServerLog, ServerLogs } from "./server-logs.js";
export type { KeptSession, SessionRow, SessionStore, SessionWrite } from "./session-store.js";
export { defaultSettings, type HubSettings } from "./settings.js";
export { type Holder, Shares } from "./shares.js";
export { type Flaw, type Shown, shownDefinition } from "./shown-definition.js";
export { isHidden, shownProfile } from "./shown-profile.js";
export {
  assembleSnapshot,
  type CachingHints,
  type CapabilityItem,
  type CapabilityKind,
  type CapabilitySnapshot,
  capabilityKinds,
  createSnapshot,
  diffSnapshots,
  type Era,
  type ItemChange,
  itemOf,
  keyMember,
} from "./snapshot.js";
export { noRoom } from "./snapshot-room.js";
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
} from "./store.js";
export { hasInvisible, skeleton } from "./text.js";
export {
  type Toolset,
  type ToolsetDefinition,
  type ToolsetInput,
  toolsetOf,
  toolsetSchema,
} from "./toolset.js";
export type { ToolsetStore, ToolsetWriteResult } from "./toolset-store.js";
export {
  type MayChange,
  type ToolsetChange,
  Toolsets,
  type ToolsetsOptions,
  toolsetNotFound,
} from "./toolsets.js";
export {
  type Examined,
  type RecentCall,
  type Verdict,
  type VerdictFacts,
  type VerdictProblem,
  verdictCodes,
  verdictOf,
} from "./verdict.js";
