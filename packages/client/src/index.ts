export type {
  EditInput,
  FindingView,
  InstanceDetail,
  InstanceView,
  RegisterAnswer,
  RegistrationInput,
  RenewAnswer,
  ServerDetail,
  ServerList,
  ServerSummary,
} from "@hub/core";
export {
  type Heartbeat,
  HubClient,
  type HubClientOptions,
  type ServersQuery,
} from "./hub-client.js";
export { HubClientError, type HubFailure } from "./hub-client-error.js";
export { defaultHubUrl, normaliseHubUrl, parseHubUrls } from "./hub-url.js";
export { proxyVariableFor } from "./proxy.js";
export type { FoundTool, ServerTools, ToolDefinition, ToolList, ToolsQuery } from "./tools.js";
