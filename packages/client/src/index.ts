export type {
  AdmissionRulesView,
  AuditLine,
  AuditList,
  CallList,
  CapabilityChangeList,
  ClientConfig,
  ClientId,
  ClientList,
  CredentialInput,
  CredentialList,
  CredentialView,
  Diagnosis,
  Event,
  EventKind,
  EventList,
  FindingView,
  FoundTool,
  Health,
  HistoryStep,
  HubHistory,
  HubList,
  HubVersion,
  HubView,
  InstanceDetail,
  InstanceView,
  LogLevelView,
  MadeTokenView,
  Pulse,
  Readiness,
  RegisterAnswer,
  RenewAnswer,
  ServerDetail,
  ServerHistory,
  ServerList,
  ServerPrompts,
  ServerResources,
  ServerSummary,
  ServerTools,
  SessionView,
  SettingList,
  SettingView,
  TokenInput,
  TokenList,
  TokenView,
  ToolDefinition,
  ToolList,
  ToolsetList,
  ToolsetPreview,
  ToolsetView,
  Traffic,
  Uptime,
  WhoAmI,
} from "@hub/api";
export type {
  AdkArguments,
  AiSdkConfig,
  FastMcpConfig,
  LangChainConfig,
  MastraConfig,
  McpServersConfig,
  McpUseConfig,
  OpenAIAgentsOptions,
  StrandsConfig,
} from "@hub/api/config";
export type { EditInput, RegistrationInput, ToolsetInput } from "@hub/core";
export type { Choice, Need, Passed } from "./choose.js";
export type { FindQuery, Found } from "./find.js";
export { HubClient } from "./hub-client.js";
export { HubClientError, type HubFailure } from "./hub-client-error.js";
export type { HubClientOptions } from "./hub-requests.js";
export type { SavedToolset } from "./hub-routes.js";
export { defaultHubUrl, normaliseHubUrl, parseHubUrls } from "./hub-url.js";
export { LeaseClient } from "./lease-client.js";
export { everyPage } from "./pages.js";
export { proxyVariableFor } from "./proxy.js";
export type {
  AdmissionState,
  AuditQuery,
  BundleQuery,
  CallsQuery,
  ConfigQuery,
  EndpointToDiagnose,
  EventsQuery,
  HealthQuery,
  Heartbeat,
  HistoryQuery,
  JournalReset,
  PageQuery,
  PreviewQuery,
  PulseQuery,
  ServerStatus,
  ServersQuery,
  ServerToDiagnose,
  ToolsQuery,
  TrafficQuery,
  WatchedEvent,
} from "./queries.js";
export type { AdapterSelection, GatewaySelection, LeftOut } from "./targets.js";
export { type TokenSource, tokenOfEnvironment } from "./token-source.js";
export type { WatchOptions, WatchState } from "./watch.js";
