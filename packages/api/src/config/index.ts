export { clients } from "./clients.js";
export {
  type DirectSelection,
  directConfig,
  type HubNotes,
  hubConfig,
  selectDirect,
} from "./configuration.js";
export {
  type ClientKind,
  type Configuration,
  type Connection,
  type DirectConnection,
  isLoopback,
  type Target,
} from "./connection.js";
export {
  type AdkArguments,
  type AiSdkConfig,
  adkArguments,
  aiSdkConfig,
  type FastMcpConfig,
  fastMcpConfig,
  type LangChainConfig,
  langChainConfig,
  type MastraConfig,
  type McpServersConfig,
  type McpUseConfig,
  mastraConfig,
  mcpServersConfig,
  mcpUseConfig,
  type OpenAIAgentsOptions,
  openAIAgentsOptions,
  type StrandsConfig,
  strandsConfig,
} from "./frameworks.js";
export { longestListForModels, modeFor } from "./mode.js";
export { literal, safeUrl, shellWord } from "./quoting.js";
export { gatewayUrl, hubConnection, type Selection } from "./selection.js";
export {
  environmentTokenNote,
  hubTokenVariable,
  tokenHeaders,
  vscodeTokenInput,
} from "./tokens.js";
export { frameworkTraits, type Traits } from "./traits.js";
