export type {
  Diagnosis,
  FindingView,
  FoundTool,
  InstanceDetail,
  InstanceView,
  RegisterAnswer,
  RenewAnswer,
  ServerDetail,
  ServerList,
  ServerSummary,
  ServerTools,
  ToolDefinition,
  ToolList,
} from "@hub/api";
export type { EditInput, RegistrationInput } from "@hub/core";
export {
  type Heartbeat,
  HubClient,
  type HubClientOptions,
  type ServersQuery,
} from "./hub-client.js";
export { HubClientError, type HubFailure } from "./hub-client-error.js";
export { defaultHubUrl, normaliseHubUrl, parseHubUrls } from "./hub-url.js";
export { proxyVariableFor } from "./proxy.js";
export type { ToolsQuery } from "./tools.js";
