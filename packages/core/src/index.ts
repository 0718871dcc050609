export { AdmittedServers } from "./admitted-servers.js";
export { BudgetBook } from "./budget-book.js";
export type { Budgets } from "./budgets.js";
export { type Clock, systemClock } from "./clock.js";
export { serverNotFound } from "./departures.js";
export { type EditChange, type EditInput, editSchema, lifecycles } from "./edits.js";
export { type Transport, transports } from "./endpoint.js";
export {
  type Entry,
  type EntryRecord,
  type Instance,
  type InstanceRecord,
  leadingInstance,
  serverStatus,
  serverStatuses,
} from "./entry.js";
export { HubError, type HubErrorCode, hubErrorCodes, type Problem } from "./errors.js";
export type { HubEvent, JournalEvent } from "./events.js";
export { flappingOf } from "./flapping.js";
export { type InstanceStatus, instanceStatuses, type Now } from "./health.js";
export { leaseIsLost } from "./held-lease.js";
export type { HubStore } from "./hub-store.js";
export { MemoryAuditStore } from "./memory-audit-store.js";
export { MemoryCredentialStore } from "./memory-credential-store.js";
export { MemorySessionStore } from "./memory-session-store.js";
export { MemoryStore } from "./memory-store.js";
export { MemoryTokenStore } from "./memory-token-store.js";
export { MemoryToolsetStore } from "./memory-toolset-store.js";
export { proofsIn, requireRemovable } from "./ownership.js";
export type {
  Finding,
  FindingCode,
  NothingListens,
  ProbeOutcome,
  Prober,
  ProbeTarget,
} from "./probe.js";
export type { LeaseGrant, RegisterResult, RegistrationContext } from "./registrar.js";
export { type Registration, type RegistrationInput, registrationSchema } from "./registration.js";
export { Registry, type RegistryOptions } from "./registry.js";
export { defaultSettings, type HubSettings } from "./settings.js";
export {
  type CapabilityItem,
  type CapabilityKind,
  type CapabilitySnapshot,
  capabilityKinds,
  createSnapshot,
  type Era,
} from "./snapshot.js";
export {
  type Toolset,
  type ToolsetDefinition,
  type ToolsetInput,
  toolsetOf,
  toolsetSchema,
} from "./toolset.js";
export {
  type MayChange,
  type ToolsetChange,
  Toolsets,
  type ToolsetsOptions,
  toolsetNotFound,
} from "./toolsets.js";
