export {
  createToken,
  listTokens,
  type MadeTokenView,
  revokeToken,
  type TokenInput,
  type TokenList,
  type TokenView,
  type WhoAmI,
  whoAmI,
} from "./access.js";
export {
  type AdmissionRulesView,
  admitServer,
  listAdmissionRules,
  refuseServer,
} from "./admission.js";
export { type AuditLine, type AuditList, listAudit } from "./audit.js";
export {
  type ClientConfig,
  type ClientFormat,
  type ClientId,
  type ClientList,
  clientFormats,
  clientIds,
  getClaudeDesktopBundle,
  getClientConfig,
  type ListedClient,
  listClients,
} from "./client-config.js";
export { contract } from "./contract.js";
export {
  type CredentialInput,
  type CredentialList,
  type CredentialView,
  confirmCredentials,
  listCredentials,
  removeCredentials,
  setCredential,
} from "./credentials.js";
export { type Diagnosis, diagnoseEndpoint, sendLog } from "./diagnosis.js";
export { type Event, type EventKind, type EventList, eventSchema, listEvents } from "./events.js";
export { longestCursor, proofHeader } from "./fields.js";
export type { FindingView } from "./finding.js";
export {
  type CallFigures,
  getHistory,
  getServerHistory,
  getServerUptime,
  type HistorySlot,
  type HistoryStep,
  type HubHistory,
  historySteps,
  mostHistorySlots,
  type ServerHistory,
  type Uptime,
} from "./history.js";
export { type HubList, type HubView, listHubs } from "./hubs.js";
export type { InstanceDetail, InstanceView } from "./instance.js";
export {
  type CapabilityChangeList,
  type CapabilityChangeView,
  type ChangedItem,
  listServerChanges,
  listServerPrompts,
  listServerResources,
  listServerTools,
  mostItems,
  type ServerPrompts,
  type ServerResources,
  type ServerTools,
  type ToolDefinition,
} from "./offers.js";
export {
  getHealth,
  getMetrics,
  getReadiness,
  getVersion,
  type Health,
  type HubVersion,
  type Readiness,
} from "./operations.js";
export { errorsOfEveryRoute, type ProblemDocument, problemSchema, problems } from "./problem.js";
export { getPulse, type Pulse } from "./pulse.js";
export { findPythonClient, getPythonClient } from "./python-client.js";
export {
  endLease,
  type RegisterAnswer,
  type RenewAnswer,
  registerServer,
  renewLease,
} from "./registration.js";
export {
  type Access,
  type AnswerOf,
  answerSchema,
  type BodyOf,
  defineRoute,
  type JsonStatus,
  type PathParams,
  type QueryOf,
  type QuerySent,
  type Route,
  type RouteAnswer,
  type Unchanging,
} from "./route.js";
export { type Sentence, sentenceOf } from "./sentence.js";
export type { ServerDetail, ServerList, ServerSummary } from "./server.js";
export {
  editServer,
  getServer,
  listServers,
  probeServer,
  removeServer,
  type ServersQuery,
} from "./servers.js";
export { endSession, getSession, openSession, type SessionView } from "./session.js";
export {
  type LogLevelView,
  listSettings,
  logLevels,
  type SettingList,
  type SettingView,
  setLogLevel,
} from "./settings.js";
export { tags } from "./tags.js";
export { type FoundTool, findTools, type ToolList } from "./tools.js";
export {
  createToolset,
  deleteToolset,
  getToolset,
  listToolsets,
  previewToolset,
  replaceToolset,
  type ToolsetList,
  type ToolsetPreview,
  type ToolsetView,
} from "./toolsets.js";
export {
  type Call,
  type CallList,
  getTraffic,
  listCalls,
  type ServerTraffic,
  type Traffic,
  type TrafficFigures,
  type TrafficMinute,
  type TrafficRow,
} from "./traffic.js";
