export { listProblems } from "./catalogue/list-problems.js";
export { connectionRefusal } from "./downstream/connection-refusal.js";
export { type GatewayErrorCode, gatewayErrors } from "./errors.js";
export {
  Gateway,
  type GatewayCatalogue,
  type GatewayOptions,
  type ToolsetSource,
} from "./gateway.js";
export { findToolsLimit, hubToolNames, hubTools } from "./hub-tools/definitions.js";
export { shortAnswer } from "./hub-tools/found-tools.js";
export { defaultLimits, type GatewayLimits } from "./limits.js";
export type { GatewayLog } from "./log.js";
export type { TrafficMinute } from "./minutes.js";

export { createCatalogueSearch, type SearchTools } from "./search/catalogue-search.js";
export type { SearchableServer } from "./search/searchable-text.js";
export { type FoundTool, ToolSearch } from "./search/tool-search.js";
export { tunedWeights, type Weights } from "./search/weights.js";
export { type Target, targetOf } from "./target.js";
export type { CallRecord, ServerTraffic, TrafficRow } from "./traffic.js";

export { markShared, sharedBytesOf } from "./wire/shared-bytes.js";
